import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Nothing is lost when a read is cut off: the client asks another process, or again. Some never end by themselves. */
const READ_GRACE_MS = 1_500;
const POLL_MS = 20;
/** Time for the last answers to reach their clients. */
const FLUSH_MS = 100;

/** Follows the requests of an HTTP server, to end it without cutting off what is being written. */
export class HttpDrain {
  /** Answers that are not complete yet, and whether they are to reads. */
  private readonly underWay = new Map<ServerResponse, { isRead: boolean }>();
  private isDraining = false;

  constructor(private readonly http: Server) {
    // Before anything else answers.
    http.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      this.follow(request, response);
    });
  }

  /**
   * Takes no more connections, makes every answer the last one of its connection, and waits for those under way: up to
   * `graceMs` for requests that write, less for those that read. Then all connections are closed.
   */
  async drain(graceMs: number): Promise<void> {
    this.isDraining = true;
    const closed = new Promise((resolve) => this.http.close(resolve));
    for (const response of this.underWay.keys()) makeLast(response);
    this.http.closeIdleConnections();
    const startedAt = Date.now();
    while (this.isAnyLeft(Date.now() - startedAt, graceMs)) await sleep(POLL_MS);
    if (this.underWay.size === 0) await Promise.race([closed, sleep(FLUSH_MS)]);
    this.http.closeAllConnections();
    await closed;
  }

  private isAnyLeft(waitedMs: number, graceMs: number): boolean {
    if (waitedMs >= graceMs) return false;
    const responses = [...this.underWay.values()];
    return responses.some(({ isRead }) => !isRead || waitedMs < READ_GRACE_MS);
  }

  private follow(request: IncomingMessage, response: ServerResponse): void {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    this.underWay.set(response, { isRead });
    if (this.isDraining) makeLast(response);
    response.once('close', () => {
      this.underWay.delete(response);
      // Its headers may have promised to keep the connection.
      if (this.isDraining) setImmediate(() => this.http.closeIdleConnections());
    });
  }
}

function makeLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
