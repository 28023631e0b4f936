import { Stretch } from '../../../stretch';
import { AudioFacts, secondsShared, speechWithin } from './audio-facts';
import { RawWord } from './raw-segment';

/** Units that are so far apart that a wrong one gives impossible times: ms, µs, ns, 100 ns. */
const DECIMAL_UNITS = [1_000, 1e6, 1e9, 1e7];
/** Samples of the usual rates, and the clock of MPEG. */
const SAMPLE_RATES = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 90_000, 96_000];
/** Frames of recognisers, 10 to 80 ms long. */
const FRAME_RATES = [100, 75, 50, 25, 12.5];
/** How many of the unit make a second. */
const SMALLER_UNITS = [...DECIMAL_UNITS, ...SAMPLE_RATES, ...FRAME_RATES];
/** Whisper pads the audio to 30 seconds and may name times in the padding. */
const PADDING_SECONDS = 30;
/** Nobody speaks faster or slower, in characters a second over a whole answer. */
const FASTEST = 30;
const SLOWEST = 0.3;
/** Times with more characters a second than that cannot be seconds; a short text has to be faster to prove it. */
const IMPOSSIBLE = [
  { speed: 60, characters: 100 },
  { speed: 240, characters: 20 },
];
/** The closest rates are 8 % apart: a length within half of that belongs to one of them only. */
const LENGTH_ERROR = 0.04;
/** Lengths of audio are rough by an encoder's padding, ends of text by a fraction of a word. */
const LENGTH_ERROR_SECONDS = 0.3;
/** By so much of the speech, one unit has to match the pauses better than another to be clearly better. */
const CLEAR_DIFFERENCE = 0.04;

/**
 * Finds the unit of an answer's times by comparing them with the length of the audio, with where people speak in it and with
 * how fast people speak. Seconds are believed if they are possible; another unit only if no second one explains the times too.
 *
 * @param pieces segments or words of the answer
 * @returns how many units make a second, 1 for seconds; undefined when none or more than one make sense of the times
 */
export function unitsPerSecond(pieces: readonly RawWord[], audio: AudioFacts): number | undefined {
  const { durationSeconds, declaredDuration } = audio;
  const timed = pieces.filter(({ start, end }) => start !== null || end !== null);
  if (timed.length === 0) return undefined;
  const speed = charactersPerUnit(timed);
  const fits = (units: number, slack: number): boolean =>
    shareWithin(timed, units * durationSeconds, units * (durationSeconds + slack)) >= 0.5;
  const isSpeech = (units: number): boolean =>
    speed === undefined || (speed * units <= FASTEST && speed * units >= SLOWEST);
  if (fits(1, PADDING_SECONDS)) {
    if (!isImpossible(speed, charactersOf(timed))) return 1;
    const minutes = 1 / 60;
    return fits(minutes, 0.5) && isSpeech(minutes) ? unitByEnd([minutes], timed, audio) : undefined;
  }
  const slack = Math.max(1, durationSeconds / 20);
  const possible = SMALLER_UNITS.filter((units) => fits(units, slack) && isSpeech(units));
  const declared = possible.filter((units) => isClose((declaredDuration ?? 0) / units, durationSeconds));
  return declared.length === 1 ? declared[0] : unitByEnd(possible, timed, audio);
}

/**
 * The unit in which the text ends where the speech or the audio does. Where several do, the one that clearly matches the pauses
 * best; where none does, such as when the recogniser stopped early, or where speech was not measured, a decimal one that is alone.
 */
function unitByEnd(
  possible: readonly number[],
  timed: readonly RawWord[],
  audio: AudioFacts,
): number | undefined {
  const { durationSeconds } = audio;
  const speech = speechWithin(audio, 0, durationSeconds);
  const views = possible.map((units) => viewOf(timed, units, durationSeconds));
  const ends = [speech.at(-1)?.end ?? durationSeconds, durationSeconds];
  const ending = views.filter(({ end }) => ends.some((expected) => isClose(end, expected)));
  const [only] = possible;
  if (ending.length === 0 || !audio.speech?.length) {
    return only !== undefined && possible.length === 1 && DECIMAL_UNITS.includes(only) ? only : undefined;
  }
  const betterBy = (one: View, other: View): number =>
    mismatch(other, one, speech) - mismatch(one, other, speech);
  return ending.find((one) =>
    views.every((other) => {
      if (other === one) return true;
      return betterBy(one, other) > (ending.includes(other) ? CLEAR_DIFFERENCE : -CLEAR_DIFFERENCE);
    }),
  )?.units;
}

/** Where the text lies if its times are in one unit. */
interface View {
  units: number;
  text: Stretch[];
  end: number;
}

function viewOf(timed: readonly RawWord[], units: number, durationSeconds: number): View {
  // What lies far outside is a fault of its own; what lies just outside speaks against the unit.
  const near = timed
    .map(({ start, end }) => ({ start: (start ?? end ?? 0) / units, end: (end ?? start ?? 0) / units }))
    .filter(({ start }) => start < 2 * durationSeconds)
    .sort((a, b) => a.start - b.start);
  const text: Stretch[] = [];
  for (const { start, end } of near) {
    const last = text.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else text.push({ start, end: Math.max(start, end) });
  }
  return { units, text, end: text.at(-1)?.end ?? 0 };
}

/**
 * Share of the time in which only text or only speech is found, up to where the earlier of both views ends: text that goes on
 * into silence at the end says nothing.
 */
function mismatch(view: View, other: View, speech: readonly Stretch[]): number {
  const until = Math.min(view.end, other.end);
  const cut = (stretches: readonly Stretch[]): Stretch[] =>
    stretches.flatMap(({ start, end }) => (start < until ? [{ start, end: Math.min(end, until) }] : []));
  const [text, spoken] = [cut(view.text), cut(speech)];
  return until > 0 ? (lengthOf(text) + lengthOf(spoken) - 2 * secondsShared(text, spoken)) / until : 0;
}

function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { start, end }) => sum + end - start, 0);
}

function isClose(seconds: number, expected: number): boolean {
  return Math.abs(seconds - expected) <= Math.max(LENGTH_ERROR_SECONDS, expected * LENGTH_ERROR);
}

/** Share of segments that begin before `end` and do not end after `latest`. */
function shareWithin(pieces: readonly RawWord[], end: number, latest: number): number {
  const within = pieces.filter((one) => {
    const start = one.start ?? one.end ?? 0;
    return start < end && (one.end ?? start) <= latest;
  });
  return within.length / pieces.length;
}

function isImpossible(speed: number | undefined, characters: number): boolean {
  return IMPOSSIBLE.some((proof) => (speed ?? 0) > proof.speed && characters >= proof.characters);
}

/** Undefined when no segment has a length. */
function charactersPerUnit(pieces: readonly RawWord[]): number | undefined {
  const lasting = pieces.filter(({ start, end }) => start !== null && end !== null && end > start);
  const length = lasting.reduce((sum, { start, end }) => sum + (end ?? 0) - (start ?? 0), 0);
  return length > 0 ? charactersOf(lasting) / length : undefined;
}

function charactersOf(pieces: readonly RawWord[]): number {
  return pieces.reduce((sum, { text }) => sum + text.length, 0);
}
