import { showsToken } from '../auth/shows-token';

/** What of a request decides whether it may read the metrics. */
export interface Asker {
  authorization: string | undefined;
  /** Address of the other end of the connection. */
  peer: string | undefined;
  /** True when a proxy says that it asks for somebody else. */
  isForwarded: boolean;
}

const LOOPBACK = /^(::1|(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i;

/**
 * With a token, whoever shows it may read. Without one only this machine may, and not through a proxy that runs on it:
 * to others there is no such route.
 */
export function metricsAccess(asker: Asker, token: string | undefined): 'allowed' | 'token-wrong' | 'hidden' {
  if (token !== undefined) return showsToken(asker.authorization, token) ? 'allowed' : 'token-wrong';
  return !asker.isForwarded && LOOPBACK.test(asker.peer ?? '') ? 'allowed' : 'hidden';
}
