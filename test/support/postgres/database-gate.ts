import { once } from 'node:events';
import { AddressInfo, connect, createServer, Server, Socket } from 'node:net';

/** A TCP proxy before a PostgreSQL: it can refuse connections, and break one between a statement and its answer. */
export class DatabaseGate {
  private readonly target: URL;
  private readonly sockets = new Set<Socket>();
  private readonly lost = new Set<RegExp>();
  private readonly refused = new Set<RegExp>();
  private readonly server: Server;
  private port = 0;

  constructor(connectionString: string) {
    this.target = new URL(connectionString);
    this.server = createServer((client) => this.join(client));
  }

  get connectionString(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.toString();
  }

  async open(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Breaks every connection and refuses new ones until `open`. */
  async shut(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Shuts it, if it is open. */
  async close(): Promise<void> {
    if (this.server.listening) await this.shut();
  }

  /** PostgreSQL executes the next statement that matches; its connection breaks before the answer. */
  loseAnswerTo(statement: RegExp): void {
    this.lost.add(statement);
  }

  /** Statements that match never reach PostgreSQL: their connections break. @returns ends it */
  refuse(statement: RegExp): () => void {
    this.refused.add(statement);
    return () => this.refused.delete(statement);
  }

  private join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    let isLost = false;
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      if ([...this.refused].some((statement) => statement.test(text))) {
        end();
        return;
      }
      for (const statement of this.lost) {
        if (statement.test(text)) isLost = this.lost.delete(statement);
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (isLost) end();
      else client.write(bytes);
    });
  }
}
