import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { Pool } from 'pg';
import { createPool } from './pool';
import { inSnapshot, inTransaction } from './transaction';

describe('A transaction', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { connectionString } = database;
    pool = createPool({ connectionString, applicationName: 'test', max: 2, onIdleError: () => undefined });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it.each([
    ['to write in', inTransaction],
    ['to read in', inSnapshot],
  ])('%s gives its place in the pool back when its connection is lost', async (_what, open) => {
    // More often than there are places.
    for (let times = 0; times < 3; times += 1) {
      const lost = open(pool, async (connection) => {
        connection.on('error', () => undefined);
        const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
        await connection.query('SELECT 1');
      });
      await expect(lost).rejects.toThrow();
    }
    await expect(open(pool, (connection) => connection.query('SELECT 1'))).resolves.toMatchObject({
      rowCount: 1,
    });
  });

  it('to read in sees what was there when it began, and writes nothing', async () => {
    await pool.query('CREATE TABLE seen (n integer)');
    const counts = await inSnapshot(pool, async (snapshot) => {
      const count = async (): Promise<unknown> => (await snapshot.query('SELECT FROM seen')).rowCount;
      const before = await count();
      await pool.query('INSERT INTO seen VALUES (1)');
      return [before, await count()];
    });
    expect(counts).toEqual([0, 0]);
    await expect(
      inSnapshot(pool, (snapshot) => snapshot.query('INSERT INTO seen VALUES (2)')),
    ).rejects.toMatchObject({ code: '25006' });
  });
});
