import { TimedWord } from '../tones';
import { Studio } from './studio';

/** A stretch without words of which the transcript must say so. Seconds. */
export interface ExpectedGap {
  start: number;
  end: number;
  /** How far each end may be off. Default 1. */
  within?: number;
}

/** What has to come of a file: a refusal, or exactly these words at these times. */
export type Expectation =
  | { refused: 'truncated' | 'audio-too-long' | 'no-sound' | 'not-audio' }
  | { noSpeech: true }
  | {
      words: readonly TimedWord[];
      /** Largest error of a time in seconds. Default 0.2; 0.5 where the container does not keep exact times. */
      timeError?: number;
      /** All gaps there are. Default: none. */
      gaps?: readonly ExpectedGap[];
      /** Words in this stretch may be heard or not: the file was cut somewhere in it. */
      uncertain?: { start: number; end: number };
      /** Whether each line says that its times are estimates. Default: not looked at. */
      timesEstimated?: boolean;
      /** How many speakers the lines name. Default: not looked at. */
      speakers?: number;
    };

export interface HearingCase {
  name: string;
  /** An encoder that this ffmpeg may lack; the case is then skipped. */
  encoder?: string;
  /** Form fields of the upload. */
  fields?: Record<string, string>;
  make: (studio: Studio) => Buffer | Promise<Buffer>;
  expect: (studio: Studio) => Expectation;
  /** A clip of the last word has to hold it. Default false. */
  clip?: boolean;
  /** It is made to overwhelm the server: it comes last, so that the others do not wait for it. Default false. */
  heavy?: boolean;
}

/** All words of the base recording at their times, and no gap. */
export function everyWord(timeError?: number): (studio: Studio) => Expectation {
  return ({ words }) => ({ words, ...(timeError !== undefined && { timeError }) });
}

/** Words that lie outside a stretch. */
export function outside(words: readonly TimedWord[], from: number, to: number): TimedWord[] {
  return words.filter(({ start, end }) => end <= from || start >= to);
}

/** A stretch of about a fifth of the base recording whose ends lie in pauses. */
export function lostStretch({ seconds }: Studio): { from: number; to: number } {
  const whole = (share: number): number => Math.round((seconds * share) / 3) * 3;
  return { from: whole(0.3), to: whole(0.55) };
}

/** What is heard of a file that was cut after about half of its sound, and the gap that stands for the rest. */
export function firstHalf({ words, seconds }: Studio, share = 0.5): Expectation {
  const uncertain = { start: seconds * (share - 0.07), end: seconds * (share + 0.07) };
  return {
    words: words.filter(({ end }) => end < uncertain.end),
    uncertain,
    gaps: [{ start: seconds * share, end: seconds, within: seconds * 0.07 + 0.5 }],
  };
}
