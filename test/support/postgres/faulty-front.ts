import { AddressInfo, connect, createServer, Server, Socket } from 'node:net';

/** What becomes of connections to a database. */
export type FrontMode =
  | 'through'
  /** Nothing listens. */
  | 'refused'
  /** Taken, and reset. */
  | 'reset'
  /** Taken, and never answered. */
  | 'silent'
  /** Answered as by a PostgreSQL that is starting up. */
  | 'starting';

const PROTOCOL_3 = 0x0003_0000;

/** Stands between a server and its PostgreSQL, and breaks connections as it is told to. */
export class FaultyFront {
  /** Connections that were made so far, whatever became of them. */
  connections = 0;
  private mode: FrontMode = 'through';
  private breakAfter: { connections: number; mode: FrontMode } | undefined;
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;

  /** @param target connection string of the database */
  constructor(private readonly target: string) {}

  async start(): Promise<void> {
    const server = createServer((socket) => this.take(socket));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** The database behind the front. */
  get connectionString(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.toString();
  }

  /** From now on. Connections that are open are cut, unless all goes through. */
  async become(mode: FrontMode): Promise<void> {
    this.mode = mode;
    if (mode !== 'through') for (const socket of this.sockets) socket.resetAndDestroy();
    if (mode === 'refused') await this.stop();
    else if (!this.server) await this.start();
  }

  /** Lets so many more connections through, and then becomes that. */
  becomeAfter(connections: number, mode: FrontMode): void {
    this.breakAfter = { connections, mode };
  }

  private take(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    this.countDown();
    switch (this.mode) {
      case 'through':
        this.passOn(socket);
        return;
      case 'starting':
        socket.once('data', (bytes) => {
          if (bytes.readInt32BE(4) === PROTOCOL_3) socket.end(startingUp());
          else socket.destroy();
        });
        return;
      case 'silent':
        return;
      default:
        socket.resetAndDestroy();
    }
  }

  private countDown(): void {
    if (!this.breakAfter) return;
    this.breakAfter.connections -= 1;
    if (this.breakAfter.connections >= 0) return;
    const { mode } = this.breakAfter;
    this.breakAfter = undefined;
    void this.become(mode);
  }

  private passOn(socket: Socket): void {
    const { hostname, port } = new URL(this.target);
    const onward = connect(Number(port), hostname);
    this.sockets.add(onward);
    onward.on('close', () => {
      this.sockets.delete(onward);
      socket.destroy();
    });
    socket.on('close', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  }
}

/** An ErrorResponse of the frontend/backend protocol. */
function startingUp(): Buffer {
  const fields = ['SFATAL', 'VFATAL', 'C57P03', 'Mthe database system is starting up', ''];
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const head = Buffer.alloc(5, 'E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
