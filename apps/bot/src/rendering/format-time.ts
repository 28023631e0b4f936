const BAR_LENGTH = 8;

/** `0:07`, `12:05`, `1:02:05`. @param seconds not negative; what is below a second is left out */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `▓▓▓░░░░░`. It is full only when all is done; of nothing to do it is empty. */
export function progressBar(done: number, total: number): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const full = Math.floor(share * BAR_LENGTH);
  return '▓'.repeat(full) + '░'.repeat(BAR_LENGTH - full);
}
