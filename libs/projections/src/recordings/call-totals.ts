import { CallRecord, CallTotals, RecordingHistory } from '@voxpersona/domain';

/** What calls to models took, as forecasts need it. */
export interface RecordedCalls {
  speech: CallTotals;
  /** By type of report. */
  reports: Record<string, CallTotals>;
}

/** What is read here of a row of recordings. */
interface Counted {
  /** Not in rows of the version before. */
  calls?: RecordedCalls;
  reports: readonly { id: string; type: string }[];
}

export const NO_CALLS: CallTotals = { pricedAmount: 0, usd: 0, amount: 0, made: 0 };

/** What is known of a recording before it is done again. */
export function historyOf({
  audio,
  chunks,
  calls,
}: Pick<Counted, 'calls'> & {
  audio: { durationSeconds: number };
  chunks: readonly { index: number; channel?: number | null }[];
}): RecordingHistory {
  // Every channel that is transcribed by itself is paid for by itself.
  const channels = Math.max(1, ...chunks.map(({ channel }) => channel ?? 1));
  const audioSeconds = audio.durationSeconds * channels;
  return { audioSeconds, speech: calls?.speech ?? null, reports: calls?.reports ?? {} };
}

/** A call of the recogniser: its amount is seconds of audio. */
export function withSpeechCall<Row extends Counted>(row: Row, call: CallRecord): Row {
  if (!row.calls) return row;
  const speech = plus(row.calls.speech, call, call.usage.audioSeconds ?? 0);
  return { ...row, calls: { ...row.calls, speech } };
}

/** A call of the language model: its amount is tokens, those that it read and those that it wrote. */
export function withReportCall<Row extends Counted>(
  row: Row,
  { reportId, call }: { reportId: string; call: CallRecord },
): Row {
  const { inputTokens, outputTokens } = call.usage;
  return withTotals(row, reportId, (totals) => plus(totals, call, (inputTokens ?? 0) + (outputTokens ?? 0)));
}

export function withReportMade<Row extends Counted>(row: Row, reportId: string): Row {
  return withTotals(row, reportId, (totals) => ({ ...totals, made: totals.made + 1 }));
}

function withTotals<Row extends Counted>(
  row: Row,
  reportId: string,
  change: (totals: CallTotals) => CallTotals,
): Row {
  const type = row.reports.find(({ id }) => id === reportId)?.type;
  if (type === undefined || !row.calls) return row;
  const { reports } = row.calls;
  const changed = change(Object.hasOwn(reports, type) ? (reports[type] ?? NO_CALLS) : NO_CALLS);
  return { ...row, calls: { ...row.calls, reports: { ...reports, [type]: changed } } };
}

function plus(totals: CallTotals, { costUsd }: CallRecord, amount: number): CallTotals {
  const all = { ...totals, amount: totals.amount + amount };
  if (costUsd === null) return all;
  return {
    ...all,
    pricedAmount: all.pricedAmount + amount,
    usd: Math.round((all.usd + costUsd) * 1e9) / 1e9,
  };
}
