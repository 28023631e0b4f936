import { SpeechSegment } from '../providers/speech-to-text';
import { isLoop, repeatedInARow } from './repetition';
import { isStockPhrase } from './stock-phrases';

/**
 * Why a text is taken to be invented:
 * - `text_on_silence` nobody speaks there
 * - `repetition`      the recogniser was caught in a loop
 * - `stock_phrase`    what recognisers say of silence ("thanks for watching"), with nothing that speaks for it
 * - `not_recognised`  there is something to hear, and the answer leaves it out
 */
export type DoubtCode = 'text_on_silence' | 'repetition' | 'stock_phrase' | 'not_recognised';

export interface Stretch {
  start: number;
  end: number;
}

export interface Examined {
  /** What is believed, in order. */
  segments: SpeechSegment[];
  /** What is not, in order; neighbours with the same reason are one. */
  gaps: (Stretch & { code: DoubtCode })[];
}

/** Whisper's own thresholds: silent, when it thinks so and is not sure of its words either. */
const NO_SPEECH_PROBABILITY = 0.6;
const SURE_LOG_PROBABILITY = -1;
/** Of a stock phrase, half as much doubt is enough. */
const SOME_DOUBT = 0.3;
/** Times of segments are rough: a word may begin a little before its sound. */
const MOSTLY = 0.9;
/** Texts of one reason that are no further apart belong to one gap. */
const JOIN_SECONDS = 2;

/**
 * Tells what was heard from what was invented, by the provider's own measures where it gives them, and by ours.
 *
 * @param silences where the audio is silent; all times in seconds from the start of the chunk
 */
export function examine(segments: readonly SpeechSegment[], silences: readonly Stretch[]): Examined {
  const repeated = repeatedInARow(segments.map((segment) => segment.text));
  const doubts = segments.map<DoubtCode | undefined>((segment, index) => {
    if (isSilent(segment, silences)) return 'text_on_silence';
    if (repeated.has(index) || isLoop(segment.text, segment.signals?.compressionRatio)) return 'repetition';
    return undefined;
  });
  const nothingElse = segments.every((segment, index) => doubts[index] ?? isStockPhrase(segment.text));
  segments.forEach((segment, index) => {
    if (doubts[index] || !isStockPhrase(segment.text)) return;
    if (nothingElse || isDoubtful(segment, silences)) doubts[index] = 'stock_phrase';
  });
  return {
    segments: segments.filter((_, index) => !doubts[index]),
    gaps: gapsOf(segments, doubts),
  };
}

/** Seconds of text that is not believed. */
export function secondsDoubted({ gaps }: Examined): number {
  return gaps.reduce((sum, { start, end }) => sum + end - start, 0);
}

function isSilent(segment: SpeechSegment, silences: readonly Stretch[]): boolean {
  const { noSpeechProbability = 0, averageLogProbability = 0 } = segment.signals ?? {};
  const providerSays =
    noSpeechProbability > NO_SPEECH_PROBABILITY && averageLogProbability < SURE_LOG_PROBABILITY;
  return providerSays || silentShare(segment, silences) >= MOSTLY;
}

function isDoubtful(segment: SpeechSegment, silences: readonly Stretch[]): boolean {
  return (
    (segment.signals?.noSpeechProbability ?? 0) > SOME_DOUBT || silentShare(segment, silences) >= MOSTLY / 2
  );
}

function silentShare({ start, end }: Stretch, silences: readonly Stretch[]): number {
  if (end <= start) return silences.some((silence) => silence.start <= start && start <= silence.end) ? 1 : 0;
  const silent = silences.reduce(
    (sum, silence) => sum + Math.max(0, Math.min(end, silence.end) - Math.max(start, silence.start)),
    0,
  );
  return silent / (end - start);
}

/** A text without a length of its own still stands for a moment. */
function lasting({ start, end }: Stretch): Stretch {
  return end > start ? { start, end } : { start: Math.max(0, start - 0.5), end: start + 0.5 };
}

function gapsOf(
  segments: readonly SpeechSegment[],
  doubts: readonly (DoubtCode | undefined)[],
): Examined['gaps'] {
  const gaps: Examined['gaps'] = [];
  segments.forEach((segment, index) => {
    const code = doubts[index];
    if (!code) return;
    const { start, end } = lasting(segment);
    const last = gaps.at(-1);
    const joins = last?.code === code && doubts[index - 1] === code && start - last.end <= JOIN_SECONDS;
    if (joins) last.end = Math.max(last.end, end);
    else gaps.push({ start, end, code });
  });
  return gaps;
}
