import { request } from 'node:http';

export interface RawAnswer {
  /** Null: the connection was closed without an answer. */
  status: number | null;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Ends with what has come by then: of a stream that has no end, its beginning. */
const MAX_MS = 20_000;
const STREAM_MS = 150;

/** One request exactly as given, without the manners of fetch. */
export function rawRequest(
  url: string,
  options: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: Buffer;
    /** A client that promised more than it sends goes away after so long; default: it waits. */
    patienceMs?: number;
  },
): Promise<RawAnswer> {
  const { method, path, headers, body, patienceMs } = options;
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, method, path, headers, agent: false }, (response) => {
      let text = '';
      const done = (): void => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        call.destroy();
      };
      const isStream = response.headers['content-type']?.startsWith('text/event-stream') ?? false;
      if (isStream) setTimeout(done, STREAM_MS);
      response.on('data', (bytes: Buffer) => (text += bytes.toString()));
      response.on('end', done);
      response.on('error', done);
    });
    const timer = setTimeout(() => {
      call.destroy();
      if (patienceMs === undefined) reject(new Error(`No answer within ${MAX_MS} ms`));
    }, patienceMs ?? MAX_MS);
    call.on('error', () => {
      clearTimeout(timer);
      resolve({ status: null, headers: {}, text: '' });
    });
    if (body) call.write(body);
    call.end();
  });
}
