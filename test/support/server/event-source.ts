import { request } from 'node:http';

export interface SseMessage {
  id: string | null;
  event: string;
  data: unknown;
}

/** What one connection of an event stream brought: until it ended, or was cut. */
export interface SseConnection {
  status: number;
  messages: SseMessage[];
  /** Last id seen, to go on after. */
  lastId: string | null;
  /** The server said that nothing more will come, or ended the stream. */
  ended: boolean;
}

/**
 * Reads an event stream as a browser does, byte by byte, and cuts the connection where it is told to.
 *
 * @param cutAfterBytes the connection is destroyed once so many bytes of the body came, in the middle of a message or not
 */
export function readEventStream(
  url: string,
  options: {
    key: string;
    lastId: string | null;
    cutAfterBytes?: number;
    onMessage?: (message: SseMessage) => void;
  },
): Promise<SseConnection> {
  const { key, lastId, cutAfterBytes = Infinity, onMessage } = options;
  const headers = { authorization: `Bearer ${key}`, ...(lastId !== null && { 'last-event-id': lastId }) };
  return new Promise((resolve, reject) => {
    const call = request(url, { headers, agent: false }, (response) => {
      const connection: SseConnection = {
        status: response.statusCode ?? 0,
        messages: [],
        lastId,
        ended: false,
      };
      let text = '';
      let bytes = 0;
      const done = (ended: boolean): void => resolve({ ...connection, ended });
      response.on('data', (chunk: Buffer) => {
        const taken = chunk.subarray(0, cutAfterBytes - bytes);
        bytes += taken.length;
        text += taken.toString('latin1');
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          take(text.slice(0, end), connection, onMessage);
          text = text.slice(end + 2);
        }
        if (bytes >= cutAfterBytes) {
          call.destroy();
          done(false);
        }
      });
      response.on('end', () => done(true));
      response.on('error', () => done(false));
    });
    call.on('error', reject);
    call.end();
  });
}

function take(block: string, connection: SseConnection, onMessage?: (message: SseMessage) => void): void {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field('data');
  // A heartbeat or a delay: no message.
  if (data === undefined) return;
  const id = field('id') ?? null;
  if (id !== null) connection.lastId = id;
  const message = { id, event: field('event') ?? 'message', data: JSON.parse(data) as unknown };
  connection.messages.push(message);
  onMessage?.(message);
}
