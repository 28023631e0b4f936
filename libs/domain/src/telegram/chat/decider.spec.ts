import { given } from '@test/domain/given';
import { ChatCommand } from './commands';
import { chatDecider } from './decider';
import { ChatEvent } from './events';
import { Question } from './questions';
import { currentInterview, OpenChat } from './state';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [chatId, ownerId, memberId, accountId] = [id(1), id(2), id(3), id(4)];
const [A, B] = [id(11), id(12)];
const [recA, recB] = [id(21), id(22)];

const settings = { language: 'en', speechLanguage: null, scenario: null, groupMode: 'asked' } as const;
const opened: Extract<ChatEvent, { type: 'ChatOpened' }> = {
  type: 'ChatOpened',
  data: { chatId, ownerId, memberId, kind: 'private', settings, telegramChatId: 77 },
};
const media = (intakeId: string, recordingId: string, fileUniqueId: string) => ({
  ...{ intakeId, recordingId, memberId, accountId, fetch: true, albumId: null, messageId: 5 },
  ...{ fileName: 'voice', caption: '' },
  file: {
    ...{ fileId: `f-${fileUniqueId}`, fileUniqueId, kind: 'voice' as const },
    ...{ sizeBytes: 10, durationSeconds: 1 },
  },
});
const received = (intakeId: string, recordingId: string, unique: string): ChatEvent => ({
  type: 'MediaReceived',
  data: { ...media(intakeId, recordingId, unique), chatId, ownerId },
});
const stored = (intakeId: string, recordingId: string, questions: Question[]): ChatEvent => ({
  type: 'MediaStored',
  data: { chatId, intakeId, recordingId, duplicate: false, questions, review: false },
});
const asked = (recordingId: string, question: Question): ChatEvent => ({
  type: 'DetailAsked',
  data: { chatId, recordingId, question },
});
const answered = (recordingId: string, question: Question, questions: Question[]): ChatEvent => ({
  type: 'DetailAnswered',
  data: { chatId, recordingId, question, questions, answeredBy: id(99) },
});
const answer = (recordingId: string, question: Question, questions: Question[]): ChatCommand => ({
  type: 'AnswerDetail',
  ...{ recordingId, question, questions, answeredBy: id(99) },
});
const chat = (...events: ChatEvent[]) => given(chatDecider, [opened, ...events]);
const begun = [opened, received(A, recA, 'a'), stored(A, recA, ['date', 'client']), asked(recA, 'date')];

describe('A chat', () => {
  it('opens once, and anew for another member', () => {
    given(chatDecider, []).when({ type: 'OpenChat', chat: opened.data }).then(opened);
    chat().when({ type: 'OpenChat', chat: opened.data }).thenNothing();
    const other = { ...opened.data, memberId: id(9) };
    chat().when({ type: 'OpenChat', chat: other }).then({ type: 'ChatOpened', data: other });
    given(chatDecider, []).when({ type: 'CloseChat' }).thenRefused('chat_not_open');
  });

  it('of a group goes on under another number, and asks anew what it was asking', () => {
    const group: ChatEvent = { type: 'ChatOpened', data: { ...opened.data, kind: 'group' } };
    const moved = (askedAbout: string | null): ChatEvent => ({
      type: 'ChatMoved',
      data: { chatId, memberId, telegramChatId: -100_77, askedAbout },
    });
    const move: ChatCommand = { type: 'MoveChat', telegramChatId: -100_77 };
    given(chatDecider, [group]).when(move).then(moved(null));
    given(chatDecider, [group, ...begun.slice(1)])
      .when(move)
      .then(moved(recA));
    given(chatDecider, [group, moved(null)])
      .when(move)
      .thenNothing();
    given(chatDecider, [opened]).when(move).thenNothing();
    const state = [
      group,
      ...begun.slice(1),
      { type: 'ChatClosed' as const, data: { chatId } },
      moved(recA),
    ].reduce(chatDecider.evolve, chatDecider.initial) as OpenChat;
    expect(state).toMatchObject({ reachable: true, telegramChatId: -100_77, ownerId });
    expect(state.intakes[A]?.messageId).toBeNull();
    expect(currentInterview(state)?.recordingId).toBe(recA);
  });

  it('of a new number stands for the chat that moved there, unless it is in use', () => {
    const here: ChatCommand = { type: 'AssignChatNumber', chatId: id(7), movedChatId: chatId };
    const event: ChatEvent = { type: 'ChatNumberAssigned', data: { chatId: id(7), movedChatId: chatId } };
    given(chatDecider, []).when(here).then(event);
    given(chatDecider, [event]).when(here).thenNothing();
    given(chatDecider, [opened]).when(here).thenNothing();
    given(chatDecider, [event]).when({ type: 'OpenChat', chat: opened.data }).thenRefused('chat_not_open');
    given(chatDecider, [event]).when({ type: 'CloseChat' }).thenRefused('chat_not_open');
  });

  it('of a group stays with its workspace', () => {
    const group: ChatEvent = { type: 'ChatOpened', data: { ...opened.data, kind: 'group' } };
    const taken = { ...group.data, ownerId: id(8), memberId: id(9) };
    given(chatDecider, [group]).when({ type: 'OpenChat', chat: taken }).thenRefused('of_another_workspace');
    given(chatDecider, [group])
      .when({ type: 'OpenChat', chat: { ...group.data, memberId: id(9) } })
      .thenTypes('ChatOpened');
  });

  it('asks nothing on in the name of another workspace', () => {
    const moved: ChatEvent = {
      type: 'ChatOpened',
      data: { ...opened.data, ownerId: id(8), memberId: id(9) },
    };
    expect(given(chatDecider, [...begun, moved]).state).toMatchObject({ ownerId: id(8), interviews: {} });
  });

  it('is closed and reopened, and says so once', () => {
    chat().when({ type: 'CloseChat' }).then({ type: 'ChatClosed', data: { chatId } });
    const closed: ChatEvent = { type: 'ChatClosed', data: { chatId } };
    chat(closed).when({ type: 'CloseChat' }).thenNothing();
    chat(closed).when({ type: 'ReopenChat' }).then({ type: 'ChatReopened', data: { chatId } });
    chat().when({ type: 'ReopenChat' }).thenNothing();
  });

  it('keeps settings, and records only what changes', () => {
    const changed = { ...settings, language: 'ru' as const };
    chat()
      .when({ type: 'ChangeChatSettings', changes: { language: 'ru' } })
      .then({ type: 'ChatSettingsChanged', data: { chatId, settings: changed } });
    chat()
      .when({ type: 'ChangeChatSettings', changes: { language: 'en' } })
      .thenNothing();
  });
});

describe('Files of a chat', () => {
  const receive = (unique: string, again = false, maxWaiting = 2): ChatCommand => ({
    ...{ type: 'ReceiveMedia', media: media(B, recB, unique), maxWaiting, again },
  });

  it('are received', () => {
    chat()
      .when(receive('b'))
      .then(received(B, recB, 'b'));
  });
  it('are known again by their content, unless what came of them is gone or failed', () => {
    chat(received(A, recA, 'b'))
      .when(receive('b'))
      .thenRefused('sent_before');
    chat(received(A, recA, 'b'))
      .when(receive('b', true))
      .thenTypes('MediaReceived');
    const failure = { code: 'truncated', provider: null, requestId: null, attempts: 1 };
    const failed: ChatEvent = { type: 'MediaNotStored', data: { chatId, intakeId: A, failure } };
    chat(received(A, recA, 'b'), failed)
      .when(receive('b'))
      .thenTypes('MediaReceived');
  });
  it('wait only so many at a time', () => {
    chat(received(A, recA, 'a'))
      .when(receive('b', false, 1))
      .thenRefused('too_many_waiting');
    chat(received(A, recA, 'a'), stored(A, recA, []))
      .when(receive('b', false, 1))
      .thenTypes('MediaReceived');
  });
  it('of a workspace that was left are neither known nor counted in the next one', () => {
    const another: ChatEvent = {
      type: 'ChatOpened',
      data: { ...opened.data, ownerId: id(8), memberId: id(9) },
    };
    const again: ChatEvent = {
      type: 'MediaReceived',
      data: { ...media(B, recB, 'b'), chatId, ownerId: id(8) },
    };
    chat(received(A, recA, 'b'), another)
      .when(receive('b', false, 1))
      .then(again);
    chat(received(A, recA, 'b'), another, again)
      .when(receive('b'))
      .thenRefused('sent_before');
  });
  it('are stored once, however often that is told', () => {
    const command: ChatCommand = {
      ...{
        type: 'RecordStored',
        intakeId: A,
        recordingId: recA,
        duplicate: false,
        questions: [],
        review: false,
      },
    };
    chat(received(A, recA, 'a'))
      .when(command)
      .then(stored(A, recA, []));
    chat(received(A, recA, 'a'), stored(A, recA, []))
      .when(command)
      .thenNothing();
  });
  it('can be withdrawn by whoever sent them until they are recordings, and then nothing comes of them', () => {
    const withdraw: ChatCommand = { type: 'WithdrawMedia', ownerId, memberId };
    const withdrawn = (intakeId: string): ChatEvent => ({
      type: 'MediaWithdrawn',
      data: { chatId, intakeId },
    });
    const large: ChatEvent = {
      type: 'MediaReceived',
      data: { ...media(B, recB, 'b'), chatId, ownerId, fetch: false },
    };
    chat(received(A, recA, 'a'), large)
      .when(withdraw)
      .then(withdrawn(A), withdrawn(B));
    chat(received(A, recA, 'a'), stored(A, recA, []), large)
      .when(withdraw)
      .then(withdrawn(B));
    chat(large)
      .when({ ...withdraw, memberId: id(9) })
      .thenNothing();
    chat(large)
      .when({ ...withdraw, ownerId: id(9) })
      .thenNothing();
    const gone = chat(received(A, recA, 'a'), withdrawn(A), large, withdrawn(B));
    expect(gone.state).toMatchObject({
      intakes: { [A]: { status: 'withdrawn', file: null, fileName: null, caption: null } },
    });
    gone.when(withdraw).thenNothing();
    gone
      .when({
        ...{ type: 'RecordStored', intakeId: A, recordingId: recA, duplicate: false },
        ...{ questions: ['date'], review: true },
      })
      .thenNothing();
    const failure = { code: 'truncated', provider: null, requestId: null, attempts: 1 };
    gone.when({ type: 'RecordNotStored', intakeId: A, failure }).thenNothing();
    gone
      .when({ type: 'RecordTooLarge', intakeId: B, linkId: id(31), expiresAt: '2030-01-01T00:00:00.000Z' })
      .thenNothing();
    chat(received(A, recA, 'b'), withdrawn(A))
      .when(receive('b', false, 1))
      .thenTypes('MediaReceived');
  });
  it('that failed stay failed when the failure comes late', () => {
    const failure = { code: 'truncated', provider: null, requestId: null, attempts: 1 };
    const command: ChatCommand = { type: 'RecordNotStored', intakeId: A, failure };
    chat(received(A, recA, 'a'))
      .when(command)
      .thenTypes('MediaNotStored');
    chat(received(A, recA, 'a'), stored(A, recA, []))
      .when(command)
      .thenNothing();
  });
});

describe('Questions about recordings', () => {
  const store: ChatCommand = {
    ...{ type: 'RecordStored', intakeId: A, recordingId: recA, duplicate: false },
    ...{ questions: ['date', 'client'], review: false },
  };

  it('begin when the recording is there', () => {
    chat(received(A, recA, 'a'))
      .when(store)
      .then(stored(A, recA, ['date', 'client']), asked(recA, 'date'));
  });
  it('go on with what is left, and end with all of it to be confirmed', () => {
    const one = given(chatDecider, begun);
    one
      .when(answer(recA, 'date', ['client']))
      .then(answered(recA, 'date', ['client']), asked(recA, 'client'));
    const two = given(chatDecider, [...begun, answered(recA, 'date', ['client']), asked(recA, 'client')]);
    two
      .when(answer(recA, 'client', []))
      .then(answered(recA, 'client', []), { type: 'DetailsReviewed', data: { chatId, recordingId: recA } });
  });
  it('take no answer to what is not asked', () => {
    given(chatDecider, begun)
      .when(answer(recA, 'client', []))
      .thenRefused('not_asked');
    given(chatDecider, begun)
      .when(answer(recB, 'date', []))
      .thenRefused('not_asked');
  });
  it('can be skipped, and what was skipped is not asked again', () => {
    given(chatDecider, begun)
      .when({ type: 'SkipDetail', recordingId: recA, question: 'date' })
      .then(
        { type: 'DetailSkipped', data: { chatId, recordingId: recA, question: 'date' } },
        asked(recA, 'client'),
      );
    const skipped: ChatEvent = {
      type: 'DetailSkipped',
      data: { chatId, recordingId: recA, question: 'date' },
    };
    given(chatDecider, [...begun, skipped, asked(recA, 'client')])
      .when(answer(recA, 'client', ['date']))
      .thenTypes('DetailAnswered', 'DetailsReviewed');
  });
  it('go back, to what was asked before', () => {
    given(chatDecider, begun).when({ type: 'GoBack', recordingId: recA }).thenRefused('nothing_before');
    given(chatDecider, [...begun, answered(recA, 'date', ['client']), asked(recA, 'client')])
      .when({ type: 'GoBack', recordingId: recA })
      .then(asked(recA, 'date'));
  });
  it('do not go back where another recording is asked about by now', () => {
    const both = [...begun, answered(recA, 'date', ['client']), asked(recA, 'client')];
    const over: ChatEvent = { type: 'DetailsConfirmed', data: { chatId, recordingId: recA } };
    const next = [received(B, recB, 'b'), stored(B, recB, ['zone']), over, asked(recB, 'zone')];
    given(chatDecider, [...both, ...next])
      .when({ type: 'GoBack', recordingId: recA })
      .thenRefused('not_asked');
  });
  it('are asked about one recording at a time: the next one begins when this one is confirmed', () => {
    const both = [...begun, received(B, recB, 'b'), stored(B, recB, ['zone'])];
    expect(currentInterview(given(chatDecider, both).state as OpenChat)?.recordingId).toBe(recA);
    given(chatDecider, both)
      .when({ type: 'AskDetail', recordingId: recB, question: 'zone' })
      .thenRefused('not_asked');
    given(chatDecider, both)
      .when({ type: 'ConfirmDetails', recordingId: recA })
      .then({ type: 'DetailsConfirmed', data: { chatId, recordingId: recA } }, asked(recB, 'zone'));
  });
  it('are asked again of what was confirmed, and of what came from elsewhere', () => {
    const confirmed: ChatEvent = { type: 'DetailsConfirmed', data: { chatId, recordingId: recA } };
    given(chatDecider, [...begun, confirmed])
      .when({ type: 'AskDetail', recordingId: recA, question: 'place' })
      .then(asked(recA, 'place'));
    chat(asked(recB, 'place'))
      .when(answer(recB, 'place', []))
      .thenTypes('DetailAnswered', 'DetailsReviewed');
  });
});
