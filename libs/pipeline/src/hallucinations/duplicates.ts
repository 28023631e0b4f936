import { SpeechSegment } from '../providers/speech-to-text';
import { RemovedText } from './removed-text';

/**
 * Leaves out segments that the answer holds twice: the same text with the same times. Nobody says the same at the same time
 * twice; where the times are estimates, have no length, or differ from word to word, somebody may have.
 *
 * @param removed the copies are added to it
 */
export function withoutDuplicates(
  segments: readonly SpeechSegment[],
  removed: RemovedText[],
): SpeechSegment[] {
  const known = new Map<string, SpeechSegment[]>();
  return segments.filter((segment) => {
    const { start, end, text, timesEstimated } = segment;
    if (timesEstimated || end <= start) return true;
    const key = JSON.stringify([start, end, text]);
    const alike = known.get(key) ?? [];
    const isCopy = alike.some((one) => hasSameWords(one, segment));
    if (isCopy) removed.push({ start, end, code: 'duplicate', text });
    else known.set(key, [...alike, segment]);
    return !isCopy;
  });
}

/** A copy may come without words: those of the answer were given to the first. */
function hasSameWords({ words }: SpeechSegment, { words: others }: SpeechSegment): boolean {
  if (!words || !others) return true;
  return words.every(({ start, end }, index) => start === others[index]?.start && end === others[index].end);
}
