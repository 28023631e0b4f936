import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { withPatience } from '../with-patience';
import { cutConnection } from './cut-connection';

type Handler = () => void;

export interface ListenerLog {
  warn(message: string): void;
}

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;
/** A server that takes connections and says nothing is tried again. */
const CONNECT_MS = 10_000;
const END_MS = 500;

/**
 * One connection that LISTENs for any number of subscribers. A lost connection is made again. Whenever the database begins to
 * listen, every handler is called once, because a notification may have been missed; so nobody has to wait for that, and who
 * is to end while the database is away can. Handlers get no payload: they look for themselves.
 */
export class PostgresListener {
  private readonly handlers = new Map<string, Set<Handler>>();
  private client: Client | undefined;
  private connecting: Promise<void> | undefined;
  private readonly closing = new AbortController();

  constructor(
    private readonly connectionString: string,
    private readonly log: ListenerLog,
  ) {}

  /**
   * Calls `handler` after every NOTIFY on `channel` from now on, and once the database listens.
   *
   * @param channel an SQL identifier of our own, never user input
   * @returns ends the subscription
   */
  subscribe(channel: string, handler: Handler): () => void {
    const handlers = this.handlers.get(channel) ?? new Set();
    const isNew = handlers.size === 0;
    handlers.add(handler);
    this.handlers.set(channel, handlers);
    const { client } = this;
    if (!client) this.connect();
    else if (isNew) void this.listen(client, channel);
    return () => handlers.delete(handler);
  }

  /** Ends at once, also when the database does not answer. */
  async close(): Promise<void> {
    this.closing.abort();
    this.handlers.clear();
    await this.connecting;
    const { client } = this;
    this.client = undefined;
    if (!client) return;
    await withPatience(client.end(), END_MS).catch(() => undefined);
    cutConnection(client);
  }

  /** Keeps trying until there is a connection or the listener is closed. */
  private connect(): void {
    this.connecting ??= this.tryUntilConnected().finally(() => {
      this.connecting = undefined;
    });
  }

  private async tryUntilConnected(): Promise<void> {
    const { signal } = this.closing;
    const isClosed = (): boolean => signal.aborted;
    for (let delay = FIRST_DELAY_MS; !isClosed(); delay = Math.min(delay * 2, MAX_DELAY_MS)) {
      try {
        await this.openConnection();
        return;
      } catch (error) {
        if (isClosed()) return;
        this.log.warn(
          `Listening for notifications: ${error instanceof Error ? error.message : String(error)}`,
        );
        await sleep(delay, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async openConnection(): Promise<void> {
    const client = new Client({
      connectionString: this.connectionString,
      application_name: 'voxpersona listener',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    });
    client.on('notification', ({ channel }) => this.call(channel));
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    const cut = (): void => cutConnection(client);
    this.closing.signal.addEventListener('abort', cut, { once: true });
    try {
      await client.connect();
      for (const channel of this.handlers.keys()) await client.query(`LISTEN ${channel}`);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    } finally {
      this.closing.signal.removeEventListener('abort', cut);
    }
    this.client = client;
    for (const channel of this.handlers.keys()) this.call(channel);
  }

  private async listen(client: Client, channel: string): Promise<void> {
    try {
      await client.query(`LISTEN ${channel}`);
      this.call(channel);
    } catch {
      this.lost(client);
    }
  }

  private lost(client: Client): void {
    if (this.client !== client || this.closing.signal.aborted) return;
    this.client = undefined;
    client.end().catch(() => undefined);
    this.connect();
  }

  private call(channel: string): void {
    for (const handler of this.handlers.get(channel) ?? []) handler();
  }
}
