import { SpeechSegment } from '../speech-to-text';
import { HeardText } from './whisper-messages';

/**
 * Segments in order of time, held within the audio. A text without an end reaches to the next one's start; blank texts
 * are dropped.
 *
 * @param durationSeconds of the audio
 */
export function heardSegments(heard: readonly HeardText[], durationSeconds: number): SpeechSegment[] {
  const within = (seconds: number): number => Math.min(Math.max(seconds, 0), durationSeconds);
  const timed = heard.map(({ start, end, text }, index) => {
    const from = start ?? heard[index - 1]?.end ?? 0;
    const to = end ?? heard[index + 1]?.start ?? durationSeconds;
    return { start: within(from), end: within(Math.max(from, to)), text: text.trim() };
  });
  return timed.filter(({ text }) => text !== '').sort((a, b) => a.start - b.start);
}
