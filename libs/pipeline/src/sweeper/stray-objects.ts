import { RecordingState } from '@voxpersona/domain';
import { checksumKey } from '../originals';
import { ListedObject } from '../providers/object-storage';

const OF_RECORDING =
  /^recordings\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/[A-Za-z0-9._/-]+$/;

/** The recording below whose prefix a key lies; undefined for what is not ours to judge. */
export function recordingOfKey(key: string): string | undefined {
  return OF_RECORDING.exec(key)?.[1];
}

/**
 * Those of a recording's objects that nothing will ever ask for: older than `before`, and named by no event that still
 * counts. What is younger may be about to be named, by an upload or a split that is under way. Of an erased recording nothing
 * can be named any more: whatever lies there goes, however young.
 *
 * @param recording the state of the recording that all of them lie below
 */
export function strayObjects(
  objects: readonly ListedObject[],
  recording: RecordingState,
  before: Date,
): ListedObject[] {
  if (recording.phase === 'erased') return [...objects];
  const named = keysNamedBy(recording);
  return objects.filter(({ key, modifiedAt }) => modifiedAt < before && !named.has(key));
}

function keysNamedBy(recording: RecordingState): ReadonlySet<string> {
  if (recording.phase !== 'present') return new Set();
  const { original, chunks, listeningCopy } = recording;
  const { objectKey } = original;
  const ofCopy = listeningCopy.status === 'made' ? [listeningCopy.audio, listeningCopy.peaks] : [];
  const named = [...chunks, ...ofCopy].map((stored) => stored.objectKey);
  return new Set([objectKey, checksumKey(objectKey), ...named]);
}
