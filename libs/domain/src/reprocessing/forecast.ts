import { ReprocessingForecast, ReprocessingWork } from './events';

/** What calls to models took so far, summed. */
export interface CallTotals {
  /** Seconds of audio that were listened to, or tokens read and written, in calls whose price is known. */
  pricedAmount: number;
  /** What these cost. */
  usd: number;
  /** The same amount of all calls. */
  amount: number;
  /** How many transcripts or reports these calls made. */
  made: number;
}

/** What is known of a recording before it is done again. */
export interface RecordingHistory {
  /** To be transcribed; of a recording with separate channels, that of all channels together. */
  audioSeconds: number;
  /** Of the calls of the recogniser, amounts in seconds; null: there were none, or nothing is known of them. */
  speech: CallTotals | null;
  /** Of the calls of the language model for each type of report, amounts in tokens. */
  reports: Readonly<Record<string, CallTotals | undefined>>;
}

/**
 * What a batch will cost if it costs per second, or per token, what the same recordings cost before. Reports that a new
 * transcript brings along by itself are not in it.
 */
export function forecastReprocessing(
  work: ReprocessingWork,
  recordings: readonly RecordingHistory[],
): ReprocessingForecast {
  const prices = recordings.map((recording) => priceOf(work, recording));
  const known = prices.filter((price) => price !== null);
  return {
    recordings: recordings.length,
    audioSeconds: round(
      recordings.reduce((sum, { audioSeconds }) => sum + audioSeconds, 0),
      1e3,
    ),
    costUsd:
      known.length === 0
        ? null
        : round(
            known.reduce((sum, price) => sum + price, 0),
            1e6,
          ),
    recordingsOfUnknownPrice: prices.length - known.length,
  };
}

function priceOf(work: ReprocessingWork, { audioSeconds, speech, reports }: RecordingHistory): number | null {
  if (work.kind === 'retranscribe') {
    return speech && speech.pricedAmount > 0 ? (audioSeconds * speech.usd) / speech.pricedAmount : null;
  }
  const written = reports[work.reportType];
  if (!written || written.pricedAmount === 0 || written.made === 0) return null;
  const tokensOfOne = written.amount / written.made;
  return (tokensOfOne * written.usd) / written.pricedAmount;
}

function round(value: number, by: number): number {
  return Math.round(value * by) / by;
}
