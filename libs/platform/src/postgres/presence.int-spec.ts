import { DatabaseGate } from '@test/postgres/database-gate';
import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { createPool } from './pool';
import { isPresentSql, Presence } from './presence';
import { SessionLocks } from './session-locks';

describe('The presence of a process', () => {
  let database: TestDatabase;
  let pool: Pool;
  let gate: DatabaseGate;
  let locks: SessionLocks;
  let presence: Presence;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { connectionString } = database;
    pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => undefined });
  });
  beforeEach(async () => {
    gate = new DatabaseGate(database.connectionString);
    await gate.open();
    const log = { warn: () => undefined };
    locks = new SessionLocks({ connectionString: gate.connectionString, log });
    presence = new Presence(locks);
  });
  afterEach(async () => {
    await locks.close();
    await gate.close();
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  async function isSeen(id: string): Promise<boolean> {
    const sql = `SELECT ${isPresentSql('$1::text')} AS present`;
    const { rows } = await pool.query<{ present: boolean }>(sql, [id]);
    return rows[0]!.present;
  }
  async function untilSeen(expected: boolean): Promise<void> {
    while ((await isSeen(presence.id)) !== expected) await sleep(10);
  }

  it('is seen from the first call until its session ends', async () => {
    expect(await isSeen(presence.id)).toBe(false);
    expect(await presence.shown(60_000)).toBe(true);
    expect(await isSeen(presence.id)).toBe(true);
    expect(await isSeen(randomUUID())).toBe(false);
    await locks.close();
    await untilSeen(false);
  });

  it('is not waited for longer than asked, and comes back with the database', async () => {
    await presence.shown(60_000);
    await gate.shut();
    await untilSeen(false);
    // The process itself finds out when it next asks.
    while (await presence.shown(10)) await sleep(10);
    await gate.open();
    expect(await presence.shown(60_000)).toBe(true);
    expect(await isSeen(presence.id)).toBe(true);
  });
});
