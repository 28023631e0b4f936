import { createServer, IncomingMessage, request, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { listenOnLoopback } from '../loopback';

/** What happens to one request on its way. */
export type ProxyFault =
  /** Answered with 503 in place of the server. */
  | 'busy'
  /** The connection breaks before the server has seen it. */
  | 'cut_before'
  /** The server does it, and the connection breaks before the answer. */
  | 'cut_after';

/** Stands between a client and a server, and breaks what it is told to. Keeps the Host header, so signatures hold. */
export class FaultyProxy {
  /** Method and address of every request that came, in order. */
  readonly seen: string[] = [];
  private readonly faults: { matches: RegExp; fault: ProxyFault }[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(private readonly target: string) {
    this.server = createServer((incoming, answer) => this.handle(incoming, answer));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  async start(): Promise<string> {
    return listenOnLoopback(this.server);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The next requests whose method and address match meet these faults, one each. */
  failNext(matches: RegExp, ...faults: ProxyFault[]): void {
    this.faults.push(...faults.map((fault) => ({ matches, fault })));
  }

  private handle(incoming: IncomingMessage, answer: ServerResponse): void {
    const what = `${incoming.method ?? ''} ${incoming.url ?? ''}`;
    this.seen.push(what);
    const index = this.faults.findIndex(({ matches }) => matches.test(what));
    const fault = index < 0 ? undefined : this.faults.splice(index, 1)[0]?.fault;
    if (fault === 'cut_before') {
      incoming.socket.destroy();
      return;
    }
    if (fault === 'busy') {
      incoming.resume().on('end', () => answer.writeHead(503).end());
      return;
    }
    const { method, url, headers } = incoming;
    const { hostname, port } = new URL(this.target);
    let isAnswered = false;
    const onward = request({ hostname, port, method, path: url, headers, agent: false }, (response) => {
      isAnswered = true;
      if (fault === 'cut_after') {
        response.resume().on('end', () => incoming.socket.destroy());
        return;
      }
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    // Swift sends a body with its no to a HEAD: an error of its connection, after the answer.
    onward.on('error', () => {
      if (!isAnswered) incoming.socket.destroy();
    });
    incoming.pipe(onward);
  }
}
