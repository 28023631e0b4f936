import { ChannelMode, DomainEvent, recordingDecider } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { commandContext, RequestContext } from './request-context';

/** What became of the details and the language of audio that was there already. */
export interface MergedDetails {
  /** Names of the details that the recording now has from this upload. */
  details: string[];
  /** The language that was given, where the recording's is another one: it can be transcribed again in it. Else null. */
  otherLanguage: string | null;
  /** How the channels were to be transcribed, where the recording's are transcribed in another way. Else null. */
  otherChannels: ChannelMode | null;
}

/**
 * Adds what the sender of audio that was there already says of it. Nothing is removed; somebody who came by an upload link
 * adds only what was not known.
 *
 * @param given details as they are stored, and the language and the channels or null
 * @returns undefined for a recording that is not there any more; `position` where something was added
 */
export async function mergeDetails(
  actors: Actors<DomainEvent>,
  recordingId: string,
  given: {
    details: Readonly<Record<string, string>>;
    language: string | null;
    channels: ChannelMode | null;
  },
  { request, byLink }: { request: RequestContext; byLink: boolean },
): Promise<{ merged: MergedDetails; position?: Position } | undefined> {
  const { state } = await actors.read(recordingDecider, recordingId);
  if (state.phase !== 'present') return undefined;
  const known = state.details;
  const news = Object.entries(given.details).filter(
    ([name, value]) => value !== '' && known[name] !== value && !(byLink && known[name] !== undefined),
  );
  const otherLanguage = given.language === state.language ? null : given.language;
  const otherChannels = given.channels === state.channels ? null : given.channels;
  const nothing = { merged: { details: [], otherLanguage, otherChannels } };
  if (news.length === 0) return nothing;
  const changes = Object.fromEntries(news);
  const command = { type: 'ProvideDetails' as const, changes, expectedVersion: null };
  const context = commandContext(request, 'merge-details', recordingId);
  const answer = await actors.ask(recordingDecider, recordingId, command, context);
  // Refused: it has as many details as it can, or was erased meanwhile. The audio is there all the same.
  if (answer.kind === 'refused') return nothing;
  const merged = { details: Object.keys(changes), otherLanguage, otherChannels };
  return { merged, position: answer.position };
}
