import { SpeechSegment } from '../providers/speech-to-text';
import { RemovedText } from './removed-text';

/**
 * Leaves out segments that the answer holds twice: the same text, with the same times, and of the same words. Nobody says the same
 * at the same time twice; where the times are estimates or have no length, somebody may have.
 *
 * @param removed the copies are added to it
 */
export function withoutDuplicates(
  segments: readonly SpeechSegment[],
  removed: RemovedText[],
): SpeechSegment[] {
  const known = new Set<string>();
  return segments.filter((segment) => {
    const { start, end, text, words, timesEstimated } = segment;
    if (timesEstimated || end <= start) return true;
    const key = JSON.stringify([start, end, text, words?.map((word) => [word.start, word.end])]);
    const isCopy = known.has(key);
    known.add(key);
    if (isCopy) removed.push({ start, end, code: 'duplicate', text });
    return !isCopy;
  });
}
