import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ephemeral range (32768 and up on Linux). While nobody listens on an ephemeral port, the system may give it to a
 * client, which can then even connect to itself.
 */
const FIRST = 20_000;
const COUNT = 10_000;

/** Returns a port that nobody listens on. A server that stops for a while can listen on it again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + randomInt(COUNT);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
