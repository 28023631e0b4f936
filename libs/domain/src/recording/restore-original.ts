import { accept, acceptNothing, refuse } from '../shared/decider';
import { requestRetry } from './asked';
import { CommandOf, RecordingDecision } from './decision';
import { RecordingEvent } from './events';
import { PresentRecording } from './state';

/**
 * Gives a recording its audio back, and retries what has failed. A recording that is finished or was cancelled only gets its
 * audio back.
 */
export function restoreOriginal(
  state: PresentRecording,
  { objectKey, replacedObjectKey }: CommandOf<'RestoreOriginal'>,
): RecordingDecision {
  const { recordingId, original, cancelled } = state;
  if (original.objectKey === objectKey) return acceptNothing();
  if (original.objectKey !== replacedObjectKey) {
    return refuse('original_restored', 'Another upload of the same audio has restored the original.');
  }
  const restored: RecordingEvent = {
    type: 'OriginalRestored',
    data: { recordingId, objectKey, replacedObjectKey },
  };
  const retry = cancelled ? undefined : requestRetry(state);
  return retry?.kind === 'accepted' ? accept(restored, ...retry.events) : accept(restored);
}
