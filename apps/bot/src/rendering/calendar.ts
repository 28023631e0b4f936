const DAY_MS = 86_400_000;

/**
 * A day of the calendar, as the days since 1970-01-01. It belongs to no zone, and the one before it is one less, however long
 * the clocks made it.
 */
export type Day = number;

/** The day that it is in a zone. @param timeZone IANA name */
export function dayOf(moment: Date, timeZone: string): Day {
  return Date.parse(isoParts(moment, timeZone).day) / DAY_MS;
}

/** `2026-11-26`: what is shown of a day is what is stored of it. */
export function isoDay(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** `2026-11-26 01.19`: for names of files, which may hold no colon. @param timeZone IANA name */
export function minuteForFileName(moment: Date, timeZone: string): string {
  const { day, hour, minute } = isoParts(moment, timeZone);
  return `${day} ${hour}.${minute}`;
}

function isoParts(moment: Date, timeZone: string): { day: string; hour: string; minute: string } {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });
  const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return {
    day: `${part('year')}-${part('month')}-${part('day')}`,
    hour: part('hour'),
    minute: part('minute'),
  };
}
