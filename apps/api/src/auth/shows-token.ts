import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a header shows a token. Takes as long for any wrong one, of any length: hashes are compared. */
export function showsToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(sha256(given), sha256(token));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
