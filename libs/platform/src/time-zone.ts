/** Whether it is the name of a time zone, as IANA gives them; offsets such as `+10:00` are none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone that this process runs in. Where that is none that is known (`TZ=nonsense`), dates are in UTC, and so is this. */
export function ownTimeZone(): string {
  // The types promise a name; with TZ set to nothing there is none.
  const options: { timeZone?: string } = new Intl.DateTimeFormat().resolvedOptions();
  const name = options.timeZone ?? '';
  return isTimeZone(name) ? name : 'UTC';
}
