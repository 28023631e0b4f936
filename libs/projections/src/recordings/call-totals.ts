import { CallRecord, CallTotals, RecordingHistory } from '@voxpersona/domain';
import type { RecordingView } from './recording-view';

/** What calls to models took, as forecasts need it. */
export const NO_CALLS: CallTotals = { pricedAmount: 0, usd: 0, amount: 0, made: 0 };

/** What is known of a recording before it is done again. */
export function historyOf({ audio, calls }: RecordingView): RecordingHistory {
  const { durationSeconds: audioSeconds } = audio;
  return { audioSeconds, speech: calls?.speech ?? null, reports: calls?.reports ?? {} };
}

/** A call of the recogniser: its amount is seconds of audio. */
export function withSpeechCall(view: RecordingView, call: CallRecord): RecordingView {
  if (!view.calls) return view;
  const speech = plus(view.calls.speech, call, call.usage.audioSeconds ?? 0);
  return { ...view, calls: { ...view.calls, speech } };
}

/** A call of the language model: its amount is tokens, those that it read and those that it wrote. */
export function withReportCall(
  view: RecordingView,
  { reportId, call }: { reportId: string; call: CallRecord },
): RecordingView {
  const { inputTokens, outputTokens } = call.usage;
  return withTotals(view, reportId, (totals) => plus(totals, call, (inputTokens ?? 0) + (outputTokens ?? 0)));
}

export function withReportMade(view: RecordingView, reportId: string): RecordingView {
  return withTotals(view, reportId, (totals) => ({ ...totals, made: totals.made + 1 }));
}

function withTotals(
  view: RecordingView,
  reportId: string,
  change: (totals: CallTotals) => CallTotals,
): RecordingView {
  const type = view.reports.find(({ id }) => id === reportId)?.type;
  if (type === undefined || !view.calls) return view;
  const { reports } = view.calls;
  const changed = change(Object.hasOwn(reports, type) ? (reports[type] ?? NO_CALLS) : NO_CALLS);
  return { ...view, calls: { ...view.calls, reports: { ...reports, [type]: changed } } };
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
