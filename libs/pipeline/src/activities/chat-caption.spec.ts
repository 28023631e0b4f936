import { ChatEvent, DomainEvent, evolveChat, initialChat, OpenChat } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { albumEndsInMs, captionOf, mayGetCaption } from './chat-caption';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [chatId, ownerId, memberId, accountId] = [id(1), id(2), id(3), id(4)];
const opened: ChatEvent = {
  type: 'ChatOpened',
  data: {
    ...{ chatId, ownerId, memberId, kind: 'private', telegramChatId: 77 },
    settings: { language: 'en', speechLanguage: null, scenario: null, groupMode: 'asked' },
  },
};
const received = (intake: number, albumId: string | null, caption = ''): ChatEvent => ({
  type: 'MediaReceived',
  data: {
    ...{ chatId, intakeId: id(intake), recordingId: id(100 + intake), ownerId, memberId, accountId },
    ...{ fetch: true, albumId, messageId: intake, fileName: 'part', caption },
    file: { fileId: 'f', fileUniqueId: `u${intake}`, kind: 'audio', sizeBytes: 1, durationSeconds: 1 },
  },
});
const chatAfter = (...events: ChatEvent[]): OpenChat => {
  const state = [opened, ...events].reduce(evolveChat, initialChat);
  if (state.phase !== 'open') throw new Error('Not open');
  return state;
};
const placeOf = (chat: OpenChat, intake: number): string | undefined =>
  captionOf(chat, chat.intakes[id(intake)]!).details.place;

describe('What is written under a file', () => {
  it('is shared by an album, whichever file it stands under', () => {
    const chat = chatAfter(
      received(11, 'a'),
      received(12, 'a', 'Place: Hotel Aurora'),
      received(13, 'a', 'Place: Harbour'),
      received(14, 'b'),
      received(15, null),
    );
    expect([11, 12, 13, 14, 15].map((intake) => placeOf(chat, intake))).toEqual([
      'Hotel Aurora',
      'Hotel Aurora',
      'Harbour',
      undefined,
      undefined,
    ]);
  });

  it('may still come under another file of an album, and of nothing else', () => {
    const before = chatAfter(received(11, 'a'), received(15, null));
    expect(mayGetCaption(before, before.intakes[id(11)]!)).toBe(true);
    expect(mayGetCaption(before, before.intakes[id(15)]!)).toBe(false);
    const after = chatAfter(received(11, 'a'), received(12, 'a', 'Place: Hotel Aurora'));
    expect(mayGetCaption(after, after.intakes[id(11)]!)).toBe(false);
  });

  it('is waited for until the newest file of the album is two seconds old', () => {
    const at = Date.parse('2026-01-01T00:00:00.000Z');
    const events = [received(11, 'a'), received(12, 'a'), received(13, 'b')].map(
      (event, index) =>
        ({
          ...event,
          metadata: { recordedAt: new Date(at + index * 500).toISOString() },
        }) as Recorded<DomainEvent>,
    );
    expect([0, 500, 1_500, 2_500, 60_000].map((later) => albumEndsInMs(events, 'a', at + later))).toEqual([
      2_000, 2_000, 1_000, 0, 0,
    ]);
    expect(albumEndsInMs(events, 'none', at)).toBe(0);
  });
});
