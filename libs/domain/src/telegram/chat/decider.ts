import { accept, acceptNothing, Decider, Decision, refuse, Refusal } from '../../shared/decider';
import { ChatCommand } from './commands';
import { ChatEvent } from './events';
import {
  askedNow,
  ChatState,
  currentInterview,
  evolveChat,
  initialChat,
  Interview,
  OpenChat,
  underWay,
} from './state';

export type ChatRefusal = Refusal<
  | 'chat_not_open'
  | 'of_another_workspace'
  | 'too_many_waiting'
  | 'sent_before'
  | 'not_asked'
  | 'nothing_before'
>;
type ChatDecision = Decision<ChatEvent, ChatRefusal>;
type CommandOf<Type extends ChatCommand['type']> = Extract<ChatCommand, { type: Type }>;

/** The rules of one chat with the bot: what was sent there, and what is asked about it, one recording at a time. */
export const chatDecider: Decider<ChatState, ChatCommand, ChatEvent, ChatRefusal> = {
  category: 'chat',
  initial: initialChat,
  decide(state, command) {
    if (command.type === 'OpenChat') return openChat(state, command);
    if (command.type === 'AssignChatNumber') return assignNumber(state, command);
    if (state.phase !== 'open') return refuse('chat_not_open', 'Nobody has begun to use the bot here.');
    return decideOpen(state, command);
  },
  evolve: evolveChat,
};

/** A person may have joined another workspace; a group stays with the one that it was opened for. */
function openChat(state: ChatState, { chat }: CommandOf<'OpenChat'>): ChatDecision {
  if (state.phase === 'moved-here') return refuse('chat_not_open', 'This chat goes on in another stream.');
  if (state.phase === 'open' && state.kind === 'group' && state.ownerId !== chat.ownerId) {
    return refuse('of_another_workspace', 'This group belongs to another workspace.');
  }
  const same = state.phase === 'open' && state.ownerId === chat.ownerId && state.memberId === chat.memberId;
  if (same && state.telegramChatId !== null) return acceptNothing();
  return accept({ type: 'ChatOpened', data: chat });
}

/** Where somebody used the bot under the new number before, that chat stays. */
function assignNumber(
  state: ChatState,
  { chatId, movedChatId }: CommandOf<'AssignChatNumber'>,
): ChatDecision {
  if (state.phase !== 'absent') return acceptNothing();
  return accept({ type: 'ChatNumberAssigned', data: { chatId, movedChatId } });
}

type CommandOfOpenChat = Exclude<ChatCommand, { type: 'OpenChat' | 'AssignChatNumber' }>;

function decideOpen(state: OpenChat, command: CommandOfOpenChat): ChatDecision {
  const { chatId } = state;
  switch (command.type) {
    case 'ChangeChatSettings': {
      const settings = { ...state.settings, ...command.changes };
      const same = JSON.stringify(settings) === JSON.stringify(state.settings);
      return same ? acceptNothing() : accept({ type: 'ChatSettingsChanged', data: { chatId, settings } });
    }
    case 'CloseChat':
      return state.reachable ? accept({ type: 'ChatClosed', data: { chatId } }) : acceptNothing();
    case 'ReopenChat':
      return state.reachable ? acceptNothing() : accept({ type: 'ChatReopened', data: { chatId } });
    case 'MoveChat': {
      const { telegramChatId } = command;
      if (state.kind !== 'group' || state.telegramChatId === telegramChatId) return acceptNothing();
      const askedAbout = currentInterview(state)?.recordingId ?? null;
      return accept({
        type: 'ChatMoved',
        data: { chatId, memberId: state.memberId, telegramChatId, askedAbout },
      });
    }
    case 'ReceiveMedia':
      return receiveMedia(state, command);
    case 'RecordStored':
      return recordStored(state, command);
    case 'RecordNotStored':
      if (state.intakes[command.intakeId]?.status !== 'received') return acceptNothing();
      return accept({
        type: 'MediaNotStored',
        data: { chatId, intakeId: command.intakeId, failure: command.failure },
      });
    case 'RecordTooLarge': {
      const { intakeId, linkId, expiresAt } = command;
      if (state.intakes[intakeId]?.status !== 'too-large') return acceptNothing();
      return accept({ type: 'UploadLinkOffered', data: { chatId, intakeId, linkId, expiresAt } });
    }
    case 'WithdrawMedia':
      return accept<ChatEvent>(
        ...underWay(state, command).map(({ intakeId }) => ({
          ...{ type: 'MediaWithdrawn' as const, data: { chatId, intakeId } },
        })),
      );
    case 'AskDetail':
    case 'AnswerDetail':
    case 'SkipDetail':
    case 'GoBack':
    case 'ConfirmDetails':
      return decideInterview(state, command);
  }
}

function receiveMedia(
  state: OpenChat,
  { media, maxWaiting, again }: CommandOf<'ReceiveMedia'>,
): ChatDecision {
  // What was sent in the name of another workspace is neither known nor waited for in this one.
  const intakes = Object.values(state.intakes).filter(({ ownerId }) => ownerId === state.ownerId);
  const before = intakes.find(
    ({ file, status }) => file?.fileUniqueId === media.file.fileUniqueId && status !== 'failed',
  );
  if (before && !again) return refuse('sent_before', 'This file was sent here before.');
  const waiting = intakes.filter(
    ({ memberId, status }) => memberId === media.memberId && status === 'received',
  );
  if (waiting.length >= maxWaiting) {
    return refuse('too_many_waiting', `${waiting.length} files wait already. Send it again later.`);
  }
  const { chatId, ownerId } = state;
  return accept({ type: 'MediaReceived', data: { ...media, chatId, ownerId } });
}

function recordStored(state: OpenChat, command: CommandOf<'RecordStored'>): ChatDecision {
  const { intakeId, recordingId, duplicate, questions, review } = command;
  const { chatId } = state;
  const intake = state.intakes[intakeId];
  if (!intake || intake.status === 'stored' || intake.status === 'duplicate') return acceptNothing();
  // Too late: what came of it is erased by whoever made it.
  if (intake.status === 'withdrawn') return acceptNothing();
  const stored: ChatEvent = {
    type: 'MediaStored',
    data: { chatId, intakeId, recordingId, duplicate, questions: [...questions], review },
  };
  return accept<ChatEvent>(stored, ...nextRecording(evolveOpenChat(state, stored)));
}

type InterviewCommand = CommandOf<'AskDetail' | 'AnswerDetail' | 'SkipDetail' | 'GoBack' | 'ConfirmDetails'>;

function decideInterview(state: OpenChat, command: InterviewCommand): ChatDecision {
  const { chatId } = state;
  const { recordingId } = command;
  const notAsked = (): ChatDecision => refuse('not_asked', 'This is not what is being asked.');
  if (command.type === 'AskDetail') {
    // Of any recording, also of one that was confirmed, or came from elsewhere; but of one at a time.
    const current = currentInterview(state);
    if (current && current.recordingId !== recordingId) return notAsked();
    return accept({ type: 'DetailAsked', data: { chatId, recordingId, question: command.question } });
  }
  const interview = state.interviews[recordingId];
  if (!interview) return notAsked();
  switch (command.type) {
    case 'AnswerDetail': {
      const { question, questions, answeredBy } = command;
      if (askedNow(interview) !== question) return notAsked();
      return withNext(state, {
        type: 'DetailAnswered',
        data: { chatId, recordingId, question, questions: [...questions], answeredBy },
      });
    }
    case 'SkipDetail': {
      const { question } = command;
      if (askedNow(interview) !== question) return notAsked();
      return withNext(state, { type: 'DetailSkipped', data: { chatId, recordingId, question } });
    }
    case 'GoBack': {
      // One that is over begins again by asking for a field of it, and never beside another one.
      const current = currentInterview(state);
      if (interview.phase === 'confirmed' || (current && current !== interview)) return notAsked();
      const before = interview.phase === 'review' ? interview.asked.at(-1) : interview.asked.at(-2);
      if (before === undefined) return refuse('nothing_before', 'This is the first question.');
      return accept({ type: 'DetailAsked', data: { chatId, recordingId, question: before } });
    }
    case 'ConfirmDetails': {
      if (interview.phase === 'confirmed') return acceptNothing();
      const confirmed: ChatEvent = { type: 'DetailsConfirmed', data: { chatId, recordingId } };
      return accept<ChatEvent>(confirmed, ...nextRecording(evolveOpenChat(state, confirmed)));
    }
  }
}

/** An answer, and what follows: the next question, or all of it to be confirmed. */
function withNext(
  state: OpenChat,
  event: Extract<ChatEvent, { data: { recordingId: string } }>,
): ChatDecision {
  const interview = evolveOpenChat(state, event).interviews[event.data.recordingId];
  return accept<ChatEvent>(event, ...(interview ? [nextOf(state.chatId, interview)] : []));
}

function nextOf(chatId: string, { recordingId, questions }: Interview): ChatEvent {
  const [question] = questions;
  return question === undefined
    ? { type: 'DetailsReviewed', data: { chatId, recordingId } }
    : { type: 'DetailAsked', data: { chatId, recordingId, question } };
}

/** The next recording is asked about once no other is. */
function nextRecording(state: OpenChat): ChatEvent[] {
  if (currentInterview(state)) return [];
  const waiting = Object.values(state.interviews).find(({ phase }) => phase === 'waiting');
  return waiting ? [nextOf(state.chatId, waiting)] : [];
}

function evolveOpenChat(state: OpenChat, event: ChatEvent): OpenChat {
  const next = evolveChat(state, event);
  if (next.phase !== 'open') throw new Error('An open chat does not close for good');
  return next;
}
