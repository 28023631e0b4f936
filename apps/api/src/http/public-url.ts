import { Environment } from '@voxpersona/platform';
import { Request } from 'express';

/**
 * What links to this server begin with, without a slash at the end. Without a setting, the address that the server listens
 * on: what a client says in `Host` is not put into links.
 */
export function publicUrl({ PUBLIC_URL: configured, HOST: host }: Environment, request: Request): string {
  if (configured !== undefined) return configured.replace(/\/+$/, '');
  return `http://${host.includes(':') ? `[${host}]` : host}:${request.socket.localPort}`;
}
