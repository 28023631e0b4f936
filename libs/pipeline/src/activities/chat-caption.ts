import {
  DomainEvent,
  IntakeState,
  OpenChat,
  ParsedCaption,
  parseCaption,
  Question,
  questionsFor,
} from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { eventsOfType } from './recorded-events';

/** Files of one album come one by one, perhaps in several messages of Telegram to us; after so long no other is expected. */
const ALBUM_MS = 2_000;

/** What is written under a file; files that were sent as one share it. */
export function captionOf(chat: OpenChat, intake: IntakeState): ParsedCaption {
  return parseCaption(writtenUnder(chat, intake), { scenario: chat.settings.scenario ?? undefined });
}

/** Whether a caption may still come, under another file that was sent as one with this. */
export function mayGetCaption(chat: OpenChat, intake: IntakeState): boolean {
  return intake.albumId !== null && writtenUnder(chat, intake) === '';
}

/**
 * Milliseconds until no other file of an album is expected any more.
 *
 * @param events of the chat: when files came its state does not keep
 * @param now milliseconds since 1970
 */
export function albumEndsInMs(
  events: readonly Recorded<DomainEvent>[],
  albumId: string | null,
  now: number,
): number {
  const newest = eventsOfType(events, 'MediaReceived').findLast(({ data }) => data.albumId === albumId);
  const age = newest ? now - Date.parse(newest.metadata.recordedAt) : ALBUM_MS;
  // Where clocks of processes differ it is not waited for longer.
  return Math.min(Math.max(ALBUM_MS - age, 0), ALBUM_MS);
}

function writtenUnder(chat: OpenChat, intake: IntakeState): string {
  const own = intake.caption ?? '';
  if (own !== '' || intake.albumId === null) return own;
  const album = Object.values(chat.intakes).filter(({ albumId }) => albumId === intake.albumId);
  return album.find(({ caption }) => (caption ?? '') !== '')?.caption ?? '';
}

/** What is asked about a recording that a chat brought, and whether what its caption said is shown to be confirmed. */
export function askedAfter(
  { settings }: OpenChat,
  caption: ParsedCaption,
  duplicate: boolean,
): { questions: Question[]; review: boolean } {
  if (duplicate) return { questions: [], review: false };
  const said = Object.keys(caption.details).length + caption.unknown.length + caption.problems.length;
  return {
    questions: questionsFor(caption.scenario ?? settings.scenario, caption.details),
    review: said > 0,
  };
}
