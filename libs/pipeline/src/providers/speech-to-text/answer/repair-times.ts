import { timesByWords, tokensOf } from '../../../transcript/tokens';
import { Stretch } from '../../../stretch';
import { SpeechSegment, SpeechWord } from '../speech-to-text';
import { AudioFacts, speechWithin } from './audio-facts';
import { RawSegment, RawWord } from './raw-segment';
import { atOneTime, isAtOneTime } from './one-time';
import { unitsPerSecond } from './time-unit';

/** Words may stick out of their segment by so much. */
const WORD_SLACK_SECONDS = 1;

interface Placed extends Omit<SpeechSegment, 'start' | 'end'> {
  start: number | null;
  end: number | null;
  /** A segment without times of its own lies somewhere in here; default: between its neighbours. */
  within?: Stretch | undefined;
}

/**
 * Gives every segment times within the audio, in order, and never drops a text: times in another unit are converted, and
 * a segment without usable times is spread over the speech between its neighbours and marked as estimated.
 *
 * @param segments as the recogniser wrote them; blank texts are left out
 */
export function repairTimes(segments: readonly RawSegment[], audio: AudioFacts): SpeechSegment[] {
  const spoken = segments.filter(({ text }) => text.trim() !== '');
  const groups = atOneTime(spoken);
  const together = new Set(groups.flat());
  const alone = spoken.filter((segment) => !together.has(segment) && isTimed(segment));
  // A time that all of an answer shares is no time; one that a part of it shares is where that part was said.
  const told = alone.length === 0 && groups.length === 1 ? [] : [...alone, ...groups.map(asOne)];
  const words = spoken.flatMap((segment) => segment.words ?? []);
  // Where no segment tells when it was said, its words may.
  const units = unitsPerSecond(told.length > 0 || isAtOneTime(words) ? told : words, audio);
  const placed = spoken.map((segment): Placed => {
    const one = place(segment, units, audio.durationSeconds);
    return fromWords(together.has(segment) ? untimed(one, told.length > 0) : one);
  });
  return withEstimates(inOrder(placed), audio).map(withBelievedWords);
}

function isTimed({ start, end }: RawWord): boolean {
  return start !== null || end !== null;
}

function asOne(group: readonly RawSegment[]): RawWord {
  const { start = null, end = null } = group[0] ?? {};
  return { start, end, text: group.map(({ text }) => text).join(' ') };
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

function untimed({ start, end, ...rest }: Placed, liesThere: boolean): Placed {
  const isKnown = liesThere && start !== null && end !== null && end > start;
  return { ...rest, start: null, end: null, ...(isKnown && { within: { start, end } }) };
}

/** A segment without times lasts from its first word to its last, where these have times. */
function fromWords(segment: Placed): Placed {
  const { start, end, text, words } = segment;
  const [first, last] = [words?.[0], words?.at(-1)];
  if (start !== null || end !== null || !words || !first || !last) return segment;
  const { within: _, ...rest } = segment;
  const placed = { ...rest, text, start: first.start, end: last.end };
  return withBelievedWords(placed).words ? placed : segment;
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
      last = segment.start ?? segment.within?.start ?? segment.end ?? last;
      return { segment, at: segment.start ?? last };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ segment }) => segment);
}

/** Fills in what is missing: in the speech between the neighbours, in proportion to the length of the text. */
function withEstimates(segments: readonly Placed[], audio: AudioFacts): SpeechSegment[] {
  const { durationSeconds } = audio;
  const complete: SpeechSegment[] = [];
  for (let index = 0; index < segments.length;) {
    const segment = segments[index];
    if (!segment) break;
    const from = complete.at(-1)?.end ?? 0;
    const run = segments.slice(index, index + lengthOfRun(segments, index));
    if (run.length > 0) {
      const next = segments.slice(index + run.length).find((one) => startOf(one) !== undefined);
      const range = segment.within ?? { start: from, end: (next && startOf(next)) ?? durationSeconds };
      const start = Math.max(from, range.start);
      complete.push(...spread(run, speechWithin(audio, start, Math.max(start, range.end))));
      index += run.length;
      continue;
    }
    const start = segment.start ?? Math.min(from, segment.end ?? from);
    const following = segments.slice(index + 1).find((one) => one.start !== null)?.start ?? durationSeconds;
    const { within: _, ...rest } = segment;
    complete.push({ ...rest, start, end: Math.max(start, segment.end ?? following) });
    index += 1;
  }
  return complete;
}

/** How many segments from one on have no times and lie in the same range. */
function lengthOfRun(segments: readonly Placed[], first: number): number {
  const range = segments[first]?.within;
  const after = segments.slice(first).findIndex(({ start, end, within }) => {
    return start !== null || end !== null || within?.start !== range?.start || within?.end !== range?.end;
  });
  return after < 0 ? segments.length - first : after;
}

function startOf({ start, within }: Placed): number | undefined {
  return start ?? within?.start;
}

/** @param speech in order and apart, and not empty */
function spread(segments: readonly Placed[], speech: readonly Stretch[]): SpeechSegment[] {
  const characters = segments.reduce((sum, { text }) => sum + text.length, 0);
  let before = 0;
  return segments.map(({ words: _, within: __, ...segment }) => {
    const start = timeOf(before / characters, speech, 'start');
    before += segment.text.length;
    const end = Math.max(start, timeOf(before / characters, speech, 'end'));
    return { ...segment, start, end, timesEstimated: true as const };
  });
}

/** When so much of the speech is over: in a pause between two stretches a text ends before it and starts after it. */
function timeOf(share: number, speech: readonly Stretch[], edge: 'start' | 'end'): number {
  let left = share * speech.reduce((sum, { start, end }) => sum + end - start, 0);
  const rest = edge === 'start' ? 1e-6 : -1e-6;
  const stretch = speech.find(({ start, end }) => {
    if (left + rest <= end - start) return true;
    left -= end - start;
    return false;
  });
  const time = stretch ? stretch.start + left : (speech.at(-1)?.end ?? 0);
  return Math.round(time * 1_000) / 1_000;
}

/** Word times are of use only when they are those of the text, in order, within the segment and not all the same. */
function withBelievedWords({ words, ...segment }: SpeechSegment): SpeechSegment {
  if (!words || isAtOneTime(words) || !timesByWords(tokensOf(segment.text), words)) return segment;
  const earliest = segment.start - WORD_SLACK_SECONDS;
  const latest = segment.end + WORD_SLACK_SECONDS;
  const believed = words.every(
    ({ start, end }, index) =>
      start >= earliest && end <= latest && end >= start && start >= (words[index - 1]?.start ?? 0),
  );
  return believed ? { ...segment, words } : segment;
}
