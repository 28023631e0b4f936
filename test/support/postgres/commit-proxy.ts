import { createServer, Server, Socket } from 'node:net';
import { freePort } from '../free-port';
import { Outage, StagedOutage } from '../staged-outage';
import { ArmedFault, CommitFault, CommitFaults } from './commit-fault';
import { ProxiedConnection } from './proxied-connection';

/**
 * A TCP proxy in front of PostgreSQL that drops the answers to chosen appends. It then breaks all connections, as a network
 * failure or a crash of the database would; during `unanswered`, only those that commit.
 */
export class CommitProxy implements CommitFaults {
  private readonly armed: ArmedFault[] = [];
  private readonly connections = new Set<ProxiedConnection>();
  private state: 'open' | 'recovering' | 'unanswered' = 'open';
  private listener: Server | undefined;
  private timer: NodeJS.Timeout | undefined;
  private port = 0;
  private readonly target: URL;

  /** @param connectionString of the real database */
  constructor(connectionString: string) {
    this.target = new URL(connectionString);
  }

  /** @returns the connection string of the database through this proxy */
  async start(): Promise<string> {
    this.port = await freePort();
    await this.listen();
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.toString();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.refuse();
    this.breakConnections();
  }

  /** Makes the fault hit the next batch with an event of this type. */
  breakAt(type: string, fault: CommitFault): Outage {
    const outage = new StagedOutage();
    this.armed.push({ ...fault, type, outage });
    return outage;
  }

  take(types: ReadonlySet<string>): ArmedFault | undefined {
    const index = this.armed.findIndex(({ type }) => types.has(type));
    return index < 0 ? undefined : this.armed.splice(index, 1)[0];
  }

  get dropsEveryAnswer(): boolean {
    return this.state === 'unanswered';
  }

  begin({ meanwhile, ms, outage }: ArmedFault, whenOver: () => Promise<void>): void {
    if (meanwhile === 'refused') this.refuse();
    else this.state = meanwhile;
    if (meanwhile !== 'unanswered') this.breakConnections();
    outage.begin();
    this.timer = setTimeout(() => void this.end(outage, whenOver), ms);
  }

  private async end(outage: StagedOutage, whenOver: () => Promise<void>): Promise<void> {
    await whenOver();
    this.state = 'open';
    if (!this.listener) await this.listen();
    outage.end();
  }

  private breakConnections(): void {
    for (const connection of this.connections) connection.break();
  }

  private async listen(): Promise<void> {
    const listener = createServer((socket) => this.accept(socket));
    await new Promise<void>((resolve, reject) => {
      listener.on('error', reject);
      listener.listen(this.port, '127.0.0.1', resolve);
    });
    this.listener = listener;
  }

  /** Stops listening: the system refuses new connections. */
  private refuse(): void {
    this.listener?.close();
    this.listener = undefined;
  }

  private accept(socket: Socket): void {
    const connection = new ProxiedConnection(this, socket, this.state === 'recovering' ? null : this.target);
    this.connections.add(connection);
    connection.onEnd(() => this.connections.delete(connection));
  }
}
