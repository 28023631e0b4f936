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

  it('leaves nothing of a migration that fails', async () => {
    const broken = { name: '0003-broken', sql: 'CREATE TABLE half (n integer); SELECT 1/0' };
    await expect(migrate(pool, [first, second, broken])).rejects.toThrow();
    const { rows } = await pool.query(`SELECT to_regclass('half') AS half`);
    expect(rows).toEqual([{ half: null }]);
    const mended = { ...broken, sql: 'CREATE TABLE half (n integer)' };
    expect(await migrate(pool, [first, second, mended])).toEqual(['0003-broken']);
  });
});
