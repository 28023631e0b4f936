import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { Pool } from 'pg';
import { createPool, PoolOptions } from './pool';

describe('A pool', () => {
  let database: TestDatabase;
  const pools: Pool[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    for (const pool of pools) await pool.end();
    await database.drop();
  });

  const open = (more: Partial<PoolOptions> = {}): Pool => {
    const { connectionString } = database;
    const pool = createPool({
      connectionString,
      applicationName: 'test',
      onIdleError: () => undefined,
      ...more,
    });
    pools.push(pool);
    return pool;
  };

  const settingsOf = async (pool: Pool): Promise<Record<string, number>> => {
    const { rows } = await pool.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout') OR name LIKE 'tcp_%'`,
    );
    return Object.fromEntries(rows.map(({ name, setting }) => [name, Number(setting)]));
  };

  it('has sessions that notice a lost client, and end a transaction that is idle', async () => {
    expect(await settingsOf(open())).toEqual({
      lock_timeout: 0,
      statement_timeout: 0,
      idle_in_transaction_session_timeout: 60_000,
      tcp_keepalives_idle: 10,
      tcp_keepalives_interval: 5,
      tcp_keepalives_count: 3,
      tcp_user_timeout: 0,
    });
  });

  it('limits statements where it is told to', async () => {
    const pool = open({ limits: { statementMs: 200, lockMs: 100, unreadMs: 300 } });
    expect(await settingsOf(pool)).toMatchObject({
      lock_timeout: 100,
      statement_timeout: 200,
      tcp_user_timeout: 300,
    });
    await expect(pool.query('SELECT pg_sleep(60)')).rejects.toMatchObject({ code: '57014' });
  });
});
