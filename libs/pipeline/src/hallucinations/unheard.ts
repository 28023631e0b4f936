import { SpeechSegment } from '../providers/speech-to-text';
import { Heard, secondsOfSound } from './silence';
import { Stretch } from '../stretch';
import { GapCode } from './removed-text';

/** A pause between two texts that is no longer says nothing. */
const MIN_SECONDS = 15;
/** So much sound in it is more than a cough or a door. */
const MIN_SOUND_SECONDS = 10;

/**
 * Stretches that are not silent and for which the recogniser gave no text: decoders stop early, or skip a window.
 * Text whose times are unknown may belong anywhere, so nothing is missed beside it.
 */
export function unheard(segments: readonly SpeechSegment[], audio: Heard): (Stretch & { code: GapCode })[] {
  if (segments.some(({ timesEstimated }) => timesEstimated)) return [];
  const covered = segments
    .flatMap(({ start, end, words }) => words ?? [{ start, end }])
    .sort((a, b) => a.start - b.start);
  const holes: (Stretch & { code: GapCode })[] = [];
  let at = 0;
  for (const { start, end } of covered) {
    holes.push({ start: at, end: start, code: 'not_recognised' });
    at = Math.max(at, end);
  }
  const code = covered.length > 0 ? 'recogniser_stopped' : 'not_recognised';
  holes.push({ start: at, end: audio.durationSeconds, code });
  return holes.filter(
    (hole) =>
      hole.end - hole.start >= MIN_SECONDS && secondsOfSound(hole, audio.silences) >= MIN_SOUND_SECONDS,
  );
}
