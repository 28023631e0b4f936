import { accept, acceptNothing, refuse } from '../../shared/decider';
import { CommandOf, RecordingDecision } from '../decision';
import { RecordingEvent } from '../events';
import { PresentRecording } from '../state';
import { awaitsListeningCopy, nextCopyVersion } from './state';

/**
 * Asks for the listening copy where there is none, and for another where an object of it is missing. A copy that could not be
 * made is asked for again by a retry of the recording, not here: reading would ask for it over and over.
 */
export function requestListeningCopy(
  state: PresentRecording,
  { lostObjectKey }: CommandOf<'RequestListeningCopy'>,
): RecordingDecision {
  const { listeningCopy: copy } = state;
  if (state.chunks.length === 0) return refuse('not_split', 'The audio has not been split yet.');
  if (copy.status === 'none') return accept(requested(state));
  if (copy.status !== 'made' || lostObjectKey === null) return acceptNothing();
  const isLost = [copy.audio, copy.peaks].some(({ objectKey }) => objectKey === lostObjectKey);
  return isLost ? accept(requested(state, lostObjectKey)) : acceptNothing();
}

/** What the first outcome of a chunk leads to: from then on the copy no longer delays the beginning of the transcript. */
export function copyOnceTranscriptionBegins(state: PresentRecording): RecordingEvent[] {
  const { listeningCopy, announcedVersion, chunks } = state;
  const isFirst = announcedVersion === 0 && chunks.every(({ status }) => status === 'pending');
  return isFirst && listeningCopy.status === 'none' ? [requested(state)] : [];
}

/** What a retry of the recording asks for. */
export function copyAgain(state: PresentRecording): RecordingEvent[] {
  return state.listeningCopy.status === 'failed' ? [requested(state)] : [];
}

/** Also of a job that had been given up and was then retried by hand. */
export function recordListeningCopy(
  { recordingId, listeningCopy }: PresentRecording,
  { copy }: CommandOf<'RecordListeningCopy'>,
): RecordingDecision {
  if (!awaitsListeningCopy(listeningCopy, copy.copyVersion)) return acceptNothing();
  return accept({ type: 'ListeningCopyMade', data: { recordingId, ...copy } });
}

export function recordListeningCopyFailure(
  { recordingId, listeningCopy }: PresentRecording,
  { copyVersion, failure }: CommandOf<'RecordListeningCopyFailure'>,
): RecordingDecision {
  const isWanted = listeningCopy.status === 'requested' && listeningCopy.copyVersion === copyVersion;
  if (!isWanted) return acceptNothing();
  return accept({ type: 'ListeningCopyFailed', data: { recordingId, copyVersion, failure } });
}

function requested(
  { recordingId, listeningCopy }: PresentRecording,
  lostObjectKey: string | null = null,
): RecordingEvent {
  return {
    type: 'ListeningCopyRequested',
    data: { recordingId, copyVersion: nextCopyVersion(listeningCopy), lostObjectKey },
  };
}
