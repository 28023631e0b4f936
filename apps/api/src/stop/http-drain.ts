import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A client that has a request ready gets an answer, instead of a connection that closes under it. */
const IDLE_GRACE_MS = 200;
/** Nothing is lost when a read is cut off: the client asks another process, or again. Some never end by themselves. */
const READ_GRACE_MS = 1_500;
const POLL_MS = 20;

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
    // Only stops listening. The method of the HTTP server would also close the idle connections at once.
    const closed = new Promise((resolve) => NetServer.prototype.close.call(this.http, resolve));
    for (const response of this.underWay.keys()) makeLast(response);
    const startedAt = Date.now();
    for (let waitedMs = 0; this.isAnyLeft(waitedMs, graceMs); waitedMs = Date.now() - startedAt) {
      await sleep(POLL_MS);
      if (waitedMs >= IDLE_GRACE_MS) this.http.closeIdleConnections();
    }
    this.http.closeAllConnections();
    await closed;
  }

  private isAnyLeft(waitedMs: number, graceMs: number): boolean {
    if (waitedMs >= graceMs) return false;
    if (waitedMs < IDLE_GRACE_MS) return true;
    const responses = [...this.underWay.values()];
    return responses.some(({ isRead }) => !isRead || waitedMs < READ_GRACE_MS);
  }

  private follow(request: IncomingMessage, response: ServerResponse): void {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    this.underWay.set(response, { isRead });
    if (this.isDraining) makeLast(response);
    response.once('close', () => this.underWay.delete(response));
  }
}

function makeLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
