import { Stretch } from '../stretch';

/** Shorter speech is a cough or a click. */
const MIN_SPEECH_SECONDS = 0.3;
/** Speech that is no further apart belongs to one gap. */
const JOIN_SECONDS = 5;

/**
 * The gaps of a chunk in which the recogniser heard nothing at all and we did: speech that it missed is never silence.
 *
 * @param segments the text that is believed; with any of it, what lies between is judged by its own rule
 * @param gaps known already: what lies in them is not missed twice
 * @param speech where voice activity or loudness hears something; all times in seconds from the start of the chunk
 */
export function missedSpeech(
  segments: readonly unknown[],
  gaps: readonly Stretch[],
  speech: readonly Stretch[],
): (Stretch & { code: 'not_recognised' })[] {
  if (segments.length > 0) return [];
  const missed: (Stretch & { code: 'not_recognised' })[] = [];
  for (const stretch of speech) {
    const known = gaps.some((gap) => gap.start <= stretch.start && stretch.end <= gap.end);
    if (known || stretch.end - stretch.start < MIN_SPEECH_SECONDS) continue;
    const last = missed.at(-1);
    if (last && stretch.start - last.end <= JOIN_SECONDS) last.end = stretch.end;
    else missed.push({ ...stretch, code: 'not_recognised' });
  }
  return missed;
}
