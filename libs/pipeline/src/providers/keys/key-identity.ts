import { createHash } from 'node:crypto';

/** A key shorter than this shows nothing of itself: its last 4 characters would be too much of it. */
const SHORTEST_TO_SHOW_END_OF = 16;

/** The name under which a key is known outside this process's memory: 12 hex digits, from which it cannot be found. */
export function fingerprintOf(provider: string, key: string): string {
  return createHash('sha256')
    .update(`voxpersona-provider-key\0${provider}\0${key}`)
    .digest('hex')
    .slice(0, 12);
}

/** What people see of a key: its fingerprint and, for a key that is long enough, its last 4 characters. */
export function hintOf(provider: string, key: string): string {
  const fingerprint = fingerprintOf(provider, key);
  return key.length < SHORTEST_TO_SHOW_END_OF ? fingerprint : `${fingerprint}…${key.slice(-4)}`;
}
