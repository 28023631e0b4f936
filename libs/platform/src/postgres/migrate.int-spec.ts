import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { Pool } from 'pg';
import { migrate } from './migrate';
import { createPool } from './pool';

describe('migrate', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { connectionString } = database;
    pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => undefined });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const first = { name: '0001-first', sql: 'CREATE TABLE first (n integer)' };
  const second = { name: '0002-second', sql: 'ALTER TABLE first ADD COLUMN m integer' };

  it('applies each migration once, in the order of names, also when several start at once', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => migrate(pool, [second, first])));
    expect(applied.flat()).toEqual(['0001-first', '0002-second']);
    expect(await migrate(pool, [first, second])).toEqual([]);
  });

  it('steps back from a table that is in use, so that others get at it, and comes again', async () => {
    await migrate(pool, [first, second]);
    const reader = await pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT * FROM first');
    const third = { name: '0004-third', sql: 'ALTER TABLE first ADD COLUMN o integer' };
    const migrating = migrate(pool, [first, second, third]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Behind the change, which waits: it gets its turn when the change steps back.
    await pool.query('SELECT * FROM first');
    await reader.query('COMMIT');
    reader.release();
    expect(await migrating).toEqual(['0004-third']);
    // What another build has applied is not touched.
    expect(await migrate(pool, [first])).toEqual([]);
  });

  it('leaves nothing of a migration that fails', async () => {
    const broken = { name: '0003-broken', sql: 'CREATE TABLE half (n integer); SELECT 1/0' };
    await expect(migrate(pool, [first, second, broken])).rejects.toThrow();
    const { rows } = await pool.query(`SELECT to_regclass('half') AS half`);
    expect(rows).toEqual([{ half: null }]);
    const mended = { ...broken, sql: 'CREATE TABLE half (n integer)' };
    expect(await migrate(pool, [first, second, mended])).toEqual(['0003-broken']);
  });
});
