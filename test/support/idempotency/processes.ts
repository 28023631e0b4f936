import { Claim, IDEMPOTENCY_MIGRATIONS, IdempotentRequests, KeptAnswer } from '@voxpersona/pipeline';
import { createPool, isPresentSql, migrate, Presence, SessionLocks } from '@voxpersona/platform';
import { DatabaseGate } from '@test/postgres/database-gate';
import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';

export const ANSWER: KeptAnswer = {
  status: 201,
  headers: { location: '/x' },
  body: { apiKey: 'vox_secret' },
};

/** Processes that share the table of idempotent requests, in a database of their own. */
export class IdempotencyWorld {
  private readonly sealingKey = randomBytes(32);
  private readonly processes: IdempotencyProcess[] = [];

  private constructor(
    private readonly database: TestDatabase,
    /** A way to the database that is never cut. */
    readonly pool: Pool,
  ) {}

  static async create(): Promise<IdempotencyWorld> {
    const database = await createTestDatabase();
    const pool = poolOf(database.connectionString);
    await migrate(pool, IDEMPOTENCY_MIGRATIONS);
    return new IdempotencyWorld(database, pool);
  }

  /** @param unstoredMs how long its answers wait for a database that is away; default as in production */
  async start(unstoredMs?: number): Promise<IdempotencyProcess> {
    const process = new IdempotencyProcess(
      this.database.connectionString,
      this.pool,
      this.sealingKey,
      unstoredMs,
    );
    this.processes.push(process);
    await process.start();
    return process;
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.close()));
    await this.pool.end();
    await this.database.drop();
  }
}

/** What one process has: connections, locks and claims of its own. */
export class IdempotencyProcess {
  requests!: IdempotentRequests;
  /** Between its statements and the database. */
  readonly gate: DatabaseGate;
  private readonly locksGate: DatabaseGate;
  private pool!: Pool;
  private locks!: SessionLocks;
  private presence!: Presence;

  constructor(
    connectionString: string,
    private readonly observer: Pool,
    private readonly sealingKey: Buffer,
    private readonly unstoredMs?: number,
  ) {
    this.gate = new DatabaseGate(connectionString);
    this.locksGate = new DatabaseGate(connectionString);
  }

  /** Starts it and waits until others can see it. */
  async start(): Promise<void> {
    await Promise.all([this.gate.open(), this.locksGate.open()]);
    this.pool = poolOf(this.gate.connectionString);
    const log = { warn: () => undefined };
    this.locks = new SessionLocks({ connectionString: this.locksGate.connectionString, log });
    this.presence = new Presence(this.locks);
    this.requests = new IdempotentRequests(this.pool, this.sealingKey, this.presence, this.unstoredMs);
    await this.untilSeen();
  }

  /** Cuts its connections, as a restart of the database does; the database stays away until `reconnect`. */
  async cutOff(): Promise<void> {
    await Promise.all([this.cutStatements(), this.hide()]);
  }

  /** The same without its locks, until `gate.open`. */
  async cutStatements(): Promise<void> {
    await this.gate.close();
    await until(() => this.pool.totalCount === 0);
  }

  async reconnect(): Promise<void> {
    await Promise.all([this.gate.open(), this.show()]);
  }

  /** It lives and works, but others cannot see that. */
  async hide(): Promise<void> {
    await this.locksGate.close();
    await until(async () => !(await this.isSeen()));
  }

  async show(): Promise<void> {
    await this.locksGate.open();
    await this.untilSeen();
  }

  /** Its sessions end, as by its death. The claims that it had in memory can then still play its late statements. */
  async die(): Promise<void> {
    this.requests.close();
    await this.locks.close();
    await this.cutOff();
    await this.gate.open();
  }

  async close(): Promise<void> {
    this.requests.close();
    await this.locks.close();
    await this.pool.end();
    await Promise.all([this.gate.close(), this.locksGate.close()]);
  }

  private async untilSeen(): Promise<void> {
    await until(async () => (await this.presence.shown(1_000)) && (await this.isSeen()));
  }

  private async isSeen(): Promise<boolean> {
    const sql = `SELECT ${isPresentSql('$1::text')} AS present`;
    const { rows } = await this.observer.query<{ present: boolean }>(sql, [this.presence.id]);
    return rows[0]!.present;
  }
}

/** Begins a request that must be the first under its key. */
export async function first(process: IdempotencyProcess, key: string, scope = 'me'): Promise<Claim> {
  const begun = await process.requests.begin(scope, key);
  if (begun.kind !== 'first') throw new Error(`Not the first: ${begun.kind}`);
  return begun.claim;
}

/** What a request under the key would be now. */
export async function kindOf(process: IdempotencyProcess, key: string): Promise<string> {
  const begun = await process.requests.begin('me', key);
  if (begun.kind === 'first') await begun.claim.release();
  return begun.kind;
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

function poolOf(connectionString: string): Pool {
  return createPool({ connectionString, applicationName: 'test', max: 5, onIdleError: () => undefined });
}
