import fc from 'fast-check';
import { dayOf, isoDay, minuteForFileName } from './calendar';

it.each([
  // A worker at UTC+10 at nine in the morning.
  ['2026-11-25T23:00:00Z', 'Australia/Brisbane', '2026-11-26', '09.00'],
  ['2026-11-25T23:00:00Z', 'UTC', '2026-11-25', '23.00'],
  ['2026-11-25T23:00:00Z', 'America/Los_Angeles', '2026-11-25', '15.00'],
  ['2026-11-26T02:00:00Z', 'America/Los_Angeles', '2026-11-25', '18.00'],
  // The furthest east and west.
  ['2026-11-25T10:00:00Z', 'Pacific/Kiritimati', '2026-11-26', '00.00'],
  ['2026-11-25T10:00:00Z', 'Pacific/Pago_Pago', '2026-11-24', '23.00'],
  // Not by whole hours.
  ['2026-11-25T18:14:59Z', 'Asia/Kathmandu', '2026-11-25', '23.59'],
  ['2026-11-25T18:15:00Z', 'Asia/Kathmandu', '2026-11-26', '00.00'],
  // Over the end of a year, and on a leap day.
  ['2026-12-31T23:30:00Z', 'Europe/Berlin', '2027-01-01', '00.30'],
  ['2028-02-29T05:30:00Z', 'America/Chicago', '2028-02-28', '23.30'],
  // Clocks go on at 01:00 UTC on 29 March and back on 25 October.
  ['2026-03-28T22:59:59Z', 'Europe/Berlin', '2026-03-28', '23.59'],
  ['2026-03-28T23:00:00Z', 'Europe/Berlin', '2026-03-29', '00.00'],
  ['2026-03-29T21:59:59Z', 'Europe/Berlin', '2026-03-29', '23.59'],
  ['2026-03-29T22:00:00Z', 'Europe/Berlin', '2026-03-30', '00.00'],
  ['2026-10-25T22:59:59Z', 'Europe/Berlin', '2026-10-25', '23.59'],
  ['2026-10-25T23:00:00Z', 'Europe/Berlin', '2026-10-26', '00.00'],
])('%s in %s is %s, %s', (moment, zone, day, minute) => {
  expect(isoDay(dayOf(new Date(moment), zone))).toBe(day);
  expect(minuteForFileName(new Date(moment), zone)).toBe(`${day} ${minute}`);
});

it.each([
  // The day before had 23 hours: a day less by the clock would be the day before that.
  ['2026-03-29T22:30:00Z', '2026-03-29'],
  // It had 25 hours: a day less by the clock would be the same day.
  ['2026-10-25T23:30:00Z', '2026-10-25'],
  ['2026-02-28T23:30:00Z', '2026-02-28'],
])('yesterday of %s in Berlin is %s, however long it was', (moment, yesterday) => {
  expect(isoDay(dayOf(new Date(moment), 'Europe/Berlin') - 1)).toBe(yesterday);
});

it('a day is read as it was written, whatever the zone', () => {
  const zones = fc.constantFrom('Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin', 'Asia/Kathmandu');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60_000 }), zones, (day, zone) => {
      const noon = new Date(day * 86_400_000 + 43_200_000);
      expect(Date.parse(isoDay(day))).toBe(day * 86_400_000);
      expect(Math.abs(dayOf(noon, zone) - day)).toBeLessThanOrEqual(1);
      expect(dayOf(new Date(noon.getTime() + 86_400_000), zone) - dayOf(noon, zone)).toBeGreaterThanOrEqual(
        1,
      );
    }),
  );
});
