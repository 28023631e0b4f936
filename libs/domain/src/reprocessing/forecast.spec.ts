import { CallTotals, forecastReprocessing, RecordingHistory } from './forecast';

const totals = (pricedAmount: number, usd: number, amount = pricedAmount, made = 1): CallTotals => ({
  ...{ pricedAmount, usd, amount, made },
});
const recording = (
  audioSeconds: number,
  speech: CallTotals | null,
  reports: RecordingHistory['reports'] = {},
): RecordingHistory => ({ audioSeconds, speech, reports });

describe('What transcribing again will cost', () => {
  const forecast = (...recordings: RecordingHistory[]) =>
    forecastReprocessing({ kind: 'retranscribe', language: null }, recordings);

  it('is the seconds of each recording at the price that it had', () =>
    expect(forecast(recording(60, totals(60, 0.006)), recording(30, totals(10, 0.1)))).toEqual({
      ...{ recordings: 2, audioSeconds: 90, costUsd: 0.306, recordingsOfUnknownPrice: 0 },
    }));
  it('is once the seconds, also where it was transcribed twice', () =>
    expect(forecast(recording(60, totals(120, 0.12, 120, 2))).costUsd).toBe(0.06));
  it('says for how many the price is not known', () => {
    const known = recording(60, totals(60, 0.006));
    expect(forecast(known, recording(10, totals(0, 0, 10)), recording(10, null))).toMatchObject({
      ...{ recordings: 3, costUsd: 0.006, recordingsOfUnknownPrice: 2 },
    });
  });
  it('is not known, rather than nothing, where no price is', () => {
    expect(forecast(recording(10, null))).toMatchObject({ costUsd: null, recordingsOfUnknownPrice: 1 });
    expect(forecast()).toEqual({
      ...{ recordings: 0, audioSeconds: 0, costUsd: null, recordingsOfUnknownPrice: 0 },
    });
  });
  it('can be nothing', () => expect(forecast(recording(10, totals(10, 0))).costUsd).toBe(0));
});

describe('What a report will cost', () => {
  const forecast = (...recordings: RecordingHistory[]) =>
    forecastReprocessing({ kind: 'report', reportType: 'audit', language: null }, recordings);

  it('is what one of this type took, at the price that its tokens had', () => {
    const twice = recording(60, null, { audit: totals(4_000, 0.4, 4_000, 2) });
    const halfPriced = recording(60, null, { audit: totals(1_000, 0.1, 2_000, 1) });
    expect(forecast(twice).costUsd).toBe(0.2);
    expect(forecast(halfPriced).costUsd).toBe(0.2);
  });
  it('is not known from reports of another type', () =>
    expect(forecast(recording(60, totals(60, 1), { summary: totals(10, 1) }))).toMatchObject({
      ...{ costUsd: null, recordingsOfUnknownPrice: 1 },
    }));
});
