import { Client } from 'pg';

type Handler = () => void;

export interface ListenerLog {
  warn(message: string): void;
}

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

/**
 * One connection that LISTENs for any number of subscribers. A lost connection is made again; then every handler is
 * called once, because a notification may have been missed. Handlers get no payload: they look for themselves.
 */
export class PostgresListener {
  private readonly handlers = new Map<string, Set<Handler>>();
  private client: Client | undefined;
  private connecting: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly connectionString: string,
    private readonly log: ListenerLog,
  ) {}

  /**
   * Calls `handler` after every NOTIFY on `channel` from now on. Resolves once the database listens.
   *
   * @param channel an SQL identifier of our own, never user input
   * @returns ends the subscription
   */
  async subscribe(channel: string, handler: Handler): Promise<() => void> {
    const handlers = this.handlers.get(channel) ?? new Set();
    const isNew = handlers.size === 0;
    handlers.add(handler);
    this.handlers.set(channel, handlers);
    const existing = this.client;
    if (!existing) await this.connect();
    else if (isNew) await existing.query(`LISTEN ${channel}`);
    return () => handlers.delete(handler);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.handlers.clear();
    await this.connecting?.catch(() => undefined);
    await this.client?.end().catch(() => undefined);
    this.client = undefined;
  }

  /** Keeps trying until there is a connection or the listener is closed. */
  private connect(): Promise<void> {
    this.connecting ??= this.tryUntilConnected().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  private async tryUntilConnected(): Promise<void> {
    for (let delay = FIRST_DELAY_MS; !this.closed; delay = Math.min(delay * 2, MAX_DELAY_MS)) {
      try {
        await this.openConnection();
        return;
      } catch (error) {
        this.log.warn(
          `Listening for notifications: ${error instanceof Error ? error.message : String(error)}`,
        );
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  private async openConnection(): Promise<void> {
    const client = new Client({
      connectionString: this.connectionString,
      application_name: 'voxpersona listener',
      keepAlive: true,
    });
    client.on('notification', ({ channel }) => this.call(channel));
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    await client.connect();
    for (const channel of this.handlers.keys()) await client.query(`LISTEN ${channel}`);
    this.client = client;
  }

  private lost(client: Client): void {
    if (this.client !== client || this.closed) return;
    this.client = undefined;
    client.end().catch(() => undefined);
    void this.connect().then(() => {
      for (const channel of this.handlers.keys()) this.call(channel);
    });
  }

  private call(channel: string): void {
    for (const handler of this.handlers.get(channel) ?? []) handler();
  }
}
