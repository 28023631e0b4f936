import { timesByWords, tokensOf } from '../../../transcript/tokens';
import { SpeechSegment, SpeechWord } from '../speech-to-text';
import { RawSegment, RawWord } from './raw-segment';
import { unitsPerSecond } from './time-unit';

/** Words may stick out of their segment by so much. */
const WORD_SLACK_SECONDS = 1;

interface Placed extends Omit<SpeechSegment, 'start' | 'end'> {
  start: number | null;
  end: number | null;
}

/**
 * Gives every segment times within the audio, in order, and never drops a text: times in another unit are converted, and
 * a segment without usable times is spread between its neighbours and marked as estimated.
 *
 * @param segments as the recogniser wrote them; blank texts are left out
 * @param declaredDuration the length of the audio in the answer's own words, where it gives one
 */
export function repairTimes(
  segments: readonly RawSegment[],
  durationSeconds: number,
  declaredDuration: number | null = null,
): SpeechSegment[] {
  const spoken = segments.filter(({ text }) => text.trim() !== '');
  const units = unitsPerSecond(spoken, durationSeconds, declaredDuration);
  const placed = spoken.map((segment) => place(segment, units, durationSeconds));
  return withoutCopies(withEstimates(inOrder(placed), durationSeconds)).map(withBelievedWords);
}

/** Times in seconds within the audio; null where they say nothing. */
function place(segment: RawSegment, units: number | undefined, durationSeconds: number): Placed {
  const { text, words, signals } = segment;
  const timed = words?.map((word) => inSeconds(word, units, durationSeconds));
  const known = timed?.every((word): word is SpeechWord => word.start !== null && word.end !== null);
  return {
    ...inSeconds(segment, units, durationSeconds),
    text: text.trim(),
    ...(known && timed.length > 0 && { words: timed }),
    ...(signals && { signals }),
  };
}

function inSeconds(
  { start, end, text }: RawWord,
  units: number | undefined,
  durationSeconds: number,
): RawWord {
  const within = (time: number | null): number | null => {
    if (time === null || units === undefined) return null;
    return Math.min(Math.max(0, time / units), durationSeconds);
  };
  // Where text is said to come after the end of the audio, or to end before its start, the times are wrong.
  const outside =
    units !== undefined && ((start ?? 0) / units >= durationSeconds || (end !== null && end < 0));
  if (outside) return { start: null, end: null, text: text.trim() };
  const from = within(start);
  const to = within(end);
  return { start: from, end: from !== null && to !== null ? Math.max(from, to) : to, text: text.trim() };
}

/** By start time. A segment without one stays behind the segment that it followed. */
function inOrder(segments: readonly Placed[]): Placed[] {
  let last = 0;
  return segments
    .map((segment) => {
      last = segment.start ?? segment.end ?? last;
      return { segment, at: segment.start ?? last };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ segment }) => segment);
}

/** Fills in what is missing: between the neighbours, in proportion to the length of the text. */
function withEstimates(segments: readonly Placed[], durationSeconds: number): SpeechSegment[] {
  const complete: SpeechSegment[] = [];
  for (let index = 0; index < segments.length;) {
    const unknown = segments.slice(index).findIndex(({ start, end }) => start !== null || end !== null);
    const run = segments.slice(index, unknown < 0 ? segments.length : index + unknown);
    const from = complete.at(-1)?.end ?? 0;
    if (run.length > 0) {
      const next = segments[index + run.length];
      complete.push(...spread(run, from, Math.max(from, next?.start ?? durationSeconds)));
      index += run.length;
      continue;
    }
    const segment = segments[index];
    if (!segment) break;
    const start = segment.start ?? Math.min(from, segment.end ?? from);
    const following = segments.slice(index + 1).find((one) => one.start !== null)?.start ?? durationSeconds;
    complete.push({ ...segment, start, end: Math.max(start, segment.end ?? following) });
    index += 1;
  }
  return complete;
}

function spread(segments: readonly Placed[], from: number, to: number): SpeechSegment[] {
  const characters = segments.reduce((sum, { text }) => sum + text.length, 0);
  let before = 0;
  const at = (): number => Math.round((from + ((to - from) * before) / characters) * 1_000) / 1_000;
  return segments.map(({ words: _, ...segment }) => {
    const start = at();
    before += segment.text.length;
    return { ...segment, start, end: Math.max(start, Math.min(to, at())), timesEstimated: true as const };
  });
}

/** The same text at the same time is one segment that was sent twice. */
function withoutCopies(segments: readonly SpeechSegment[]): SpeechSegment[] {
  return segments.filter((segment, index) => {
    const before = segments[index - 1];
    const same =
      before?.text === segment.text && before.start === segment.start && before.end === segment.end;
    return !same || segment.timesEstimated;
  });
}

/** Word times are of use only when they are those of the text, in order and within the segment. */
function withBelievedWords({ words, ...segment }: SpeechSegment): SpeechSegment {
  if (!words || !timesByWords(tokensOf(segment.text), words)) return segment;
  const earliest = segment.start - WORD_SLACK_SECONDS;
  const latest = segment.end + WORD_SLACK_SECONDS;
  const believed = words.every(
    ({ start, end }, index) =>
      start >= earliest && end <= latest && end >= start && start >= (words[index - 1]?.start ?? 0),
  );
  return believed ? { ...segment, words } : segment;
}
