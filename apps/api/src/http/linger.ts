import { Request, Response } from 'express';

/** What a client may still send, and for how long, after it was answered. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MS = 10_000;

/**
 * Lets a client that is still sending read our answer. Whoever closes a connection on which bytes are coming in takes the
 * answer away with it; so what comes is read and dropped, up to a limit, and only then is the connection cut.
 */
export function lingerUntilRead(request: Request, response: Response): void {
  if (request.complete) return;
  response.once('finish', () => {
    let left = MAX_BYTES;
    const cut = (): void => void request.socket.destroy();
    const timer = setTimeout(cut, MAX_MS);
    request.on('data', (bytes: Buffer) => {
      left -= bytes.length;
      if (left < 0) cut();
    });
    request.once('close', () => clearTimeout(timer));
    request.resume();
  });
}
