import { isNativeError } from 'node:util/types';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { withPatience } from '../with-patience';
import { cutConnection } from './cut-connection';

export interface SessionLocksOptions {
  connectionString: string;
  log: { warn(message: string): void };
}

/** A lock that this process holds. */
export interface HeldLock {
  /** Aborts when the lock is lost with its session, or given back. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Waiting locks are tried so often. */
const POLL_MS = 500;
/** The same question shows PostgreSQL, and us, that the session is alive; so often while no lock is waited for. */
const ALIVE_MS = 1_500;
/** An answer that takes longer means that the session is lost to us, whatever the network will still say. */
const ANSWER_MS = 3_000;
/** PostgreSQL ends a session that asked nothing for so long: that of a process that hangs, or of a machine that is gone. */
const IDLE_MS = 5_000;
const RECONNECT_MS = 500;
const CLOSE_MS = 500;

/** The key of a lock, in SQL. The seed is of ours, so that locks do not meet those of others in the same database. */
export const SESSION_LOCK_SEED = 7_761_784;
const KEY = `hashtextextended(name, ${SESSION_LOCK_SEED})`;

/**
 * How a lock is held: alone, or shared by any number. A rank goes before lower ones: while a process of a higher rank wants a
 * name or holds it, nobody of a lower rank gets it, and whoever holds it is told that it is lost.
 */
export type LockMode = 'shared' | 'alone' | { rank: number };

interface Waiter {
  mode: LockMode;
  granted(lock: HeldLock): void;
}

interface Held {
  lost: AbortController;
  mode: LockMode;
}

/** Ranks of the processes that want a name or hold it: locks of two keys, which pg_locks shows. */
const RANK_KEY = `hashtext('rank of ' || name)`;
const OUTRANKED = `EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND objid::bigint > rank
    AND classid::bigint = (${RANK_KEY}::bigint & 4294967295)
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;

/**
 * Named locks of PostgreSQL, all on one session of this process: of all processes one holds a name alone, or any number
 * share it. A process that is killed loses them at once, one that hangs within seconds; who waits gets them then. Needs a
 * connection that stays one session (no pooler between that shares sessions).
 */
export class SessionLocks {
  private readonly waiting = new Map<string, Waiter>();
  private readonly held = new Map<string, Held>();
  /** Names whose rank this session shows. */
  private readonly shown = new Map<string, number>();
  private readonly closing = new AbortController();
  /** Ends with the statement that is being answered. */
  private turn: Promise<unknown> = Promise.resolve();
  private client: Client | undefined;
  private running: Promise<void> | undefined;
  private ask: () => void = () => undefined;

  constructor(private readonly options: SessionLocksOptions) {}

  /**
   * Waits for a lock. One caller at a time may want a name.
   *
   * @returns undefined when the signal ended the wait
   */
  async hold(name: string, signal: AbortSignal, mode: LockMode = 'alone'): Promise<HeldLock | undefined> {
    if (this.waiting.has(name) || this.held.has(name))
      throw new Error(`The lock ${name} is wanted here already`);
    this.running ??= this.run();
    const ended = AbortSignal.any([signal, this.closing.signal]);
    return new Promise((resolve) => {
      const end = (): void => {
        this.waiting.delete(name);
        resolve(undefined);
      };
      if (ended.aborted) {
        end();
        return;
      }
      ended.addEventListener('abort', end, { once: true });
      this.waiting.set(name, {
        mode,
        granted: (lock) => {
          ended.removeEventListener('abort', end);
          resolve(lock);
        },
      });
      this.ask();
    });
  }

  /** Gives everything back. A database that does not answer is not waited for. */
  async close(): Promise<void> {
    this.closing.abort();
    const { running } = this;
    if (!running) return;
    await withPatience(running, CLOSE_MS);
    if (this.client) cutConnection(this.client);
    await running;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    const isClosed = (): boolean => signal.aborted;
    while (!isClosed()) {
      try {
        const client = await this.connect();
        while (!isClosed()) {
          await this.tryLocks(client);
          await this.pause();
        }
      } catch (error) {
        if (this.held.size > 0) this.options.log.warn(`The session of this process's locks was lost`);
        else this.options.log.warn(`Locks cannot be asked for: ${messageOf(error)}`);
      }
      this.lose();
      if (!isClosed()) await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Until the next question is due, or a lock is newly wanted. */
  private async pause(): Promise<void> {
    const wanted = new AbortController();
    this.ask = () => wanted.abort();
    const signal = AbortSignal.any([this.closing.signal, wanted.signal]);
    await sleep(this.waiting.size > 0 ? POLL_MS : ALIVE_MS, undefined, { signal }).catch(() => undefined);
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.options.connectionString,
      application_name: `voxpersona locks, pid ${process.pid}`,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    });
    // Told of by the next question.
    client.on('error', () => undefined);
    this.client = client;
    await client.connect();
    await client.query(`SET idle_session_timeout = ${IDLE_MS}`);
    return client;
  }

  private async tryLocks(client: Client): Promise<void> {
    await this.showRanks(client);
    const wanted = [...this.waiting].map(([name, { mode }]) => ({ name, mode, held: false }));
    const ranked = [...this.held].filter(([, { mode }]) => rankOf(mode) !== null);
    const all = [...wanted, ...ranked.map(([name, { mode }]) => ({ name, mode, held: true }))];
    const { rows } = await this.inTurn(() =>
      client.query<{ name: string; held: boolean; granted: boolean }>(
        `SELECT name, held, CASE WHEN rank IS NOT NULL AND ${OUTRANKED} THEN false
                                 WHEN held THEN true
                                 WHEN shared THEN pg_try_advisory_lock_shared(${KEY})
                                 ELSE pg_try_advisory_lock(${KEY}) END AS granted
       FROM unnest($1::text[], $2::boolean[], $3::boolean[], $4::integer[]) AS asked(name, held, shared, rank)`,
        [
          all.map(({ name }) => name),
          all.map(({ held }) => held),
          all.map(({ mode }) => mode === 'shared'),
          all.map(({ mode }) => rankOf(mode)),
        ],
      ),
    );
    for (const { name, held, granted } of rows) {
      if (held && !granted) this.held.get(name)?.lost.abort();
      const asked = wanted.find((one) => one.name === name);
      if (!held && granted && asked) await this.grant(client, name, asked.mode);
    }
  }

  /** Shows others with which rank a name is wanted or held here, and no longer where it is not. */
  private async showRanks(client: Client): Promise<void> {
    const wanted = new Map<string, number>();
    for (const [name, { mode }] of [...this.waiting, ...this.held]) {
      const rank = rankOf(mode);
      if (rank !== null) wanted.set(name, rank);
    }
    const isOther = (others: ReadonlyMap<string, number>) => (entry: [string, number]) =>
      others.get(entry[0]) !== entry[1];
    const gone = [...this.shown].filter(isOther(wanted));
    const come = [...wanted].filter(isOther(this.shown));
    if (gone.length > 0) await this.inTurn(() => askRanks(client, 'pg_advisory_unlock_shared', gone));
    for (const [name] of gone) this.shown.delete(name);
    if (come.length > 0) await this.inTurn(() => askRanks(client, 'pg_try_advisory_lock_shared', come));
    for (const [name, rank] of come) this.shown.set(name, rank);
  }

  private async grant(client: Client, name: string, mode: LockMode): Promise<void> {
    const waiter = this.waiting.get(name);
    if (!waiter) {
      // Whoever wanted it went away meanwhile.
      await this.inTurn(() => unlock(client, name, mode));
      return;
    }
    this.waiting.delete(name);
    const held: Held = { lost: new AbortController(), mode };
    this.held.set(name, held);
    const release = async (): Promise<void> => {
      if (this.held.get(name) !== held) return;
      this.held.delete(name);
      held.lost.abort();
      await this.inTurn(() => unlock(client, name, mode)).catch(() => undefined);
    };
    waiter.granted({ lost: held.lost.signal, release });
  }

  /** Locks are released at any moment, but a session answers one statement at a time. */
  private inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const answer = this.turn.then(ask);
    this.turn = answer.catch(() => undefined);
    return answer;
  }

  private lose(): void {
    const lost = [...this.held.values()];
    this.held.clear();
    this.shown.clear();
    for (const one of lost) one.lost.abort();
    const { client } = this;
    this.client = undefined;
    // The session must end, answer or not: what it holds here nobody holds any more.
    client?.end().catch(() => undefined);
    if (client && !this.closing.signal.aborted) cutConnection(client);
  }
}

function rankOf(mode: LockMode): number | null {
  return typeof mode === 'object' ? mode.rank : null;
}

async function askRanks(
  client: Client,
  ask: 'pg_try_advisory_lock_shared' | 'pg_advisory_unlock_shared',
  ranks: readonly [string, number][],
): Promise<void> {
  await client.query(
    `SELECT ${ask}(${RANK_KEY}, rank) FROM unnest($1::text[], $2::integer[]) AS shown(name, rank)`,
    [ranks.map(([name]) => name), ranks.map(([, rank]) => rank)],
  );
}

async function unlock(client: Client, name: string, mode: LockMode): Promise<void> {
  const release = mode === 'shared' ? 'pg_advisory_unlock_shared' : 'pg_advisory_unlock';
  await client.query(`SELECT ${release}(${KEY}) FROM (VALUES ($1::text)) AS held(name)`, [name]);
}

function messageOf(error: unknown): string {
  return isNativeError(error) ? error.message : String(error);
}
