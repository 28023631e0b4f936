import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, PoolClient } from 'pg';
import { Umzug } from 'umzug';
import { errorCode } from '../error-code';

/** One change of the tables. Names sort in the order of application and never change once released. */
export interface Migration {
  name: string;
  sql: string;
}

/** Any two numbers would do; these spell "vox" and "mig" in ASCII. */
const LOCK = [0x766f78, 0x6d6967] as const;

/** A change of a table waits for who reads it, and whoever comes after waits for the change: not longer than this. */
const LOCK_MS = 2_000;
const TRIES = 15;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Applies what has not been applied, in the order of names, each migration in a transaction together with the note
 * that it was applied. Safe when several processes start at once: they take turns. Also safe while processes of the build
 * before go on: changes only add (a test looks at that), and one that cannot have its table soon steps back and tries
 * again, rather than hold everybody up. What a build of tomorrow has applied is left alone.
 *
 * @returns names of the migrations that this call applied
 */
export async function migrate(pool: Pool, migrations: readonly Migration[]): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1, $2)', [...LOCK]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS migrations (
         name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const sorted = [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1));
    const umzug = new Umzug({
      migrations: sorted.map(({ name, sql }) => ({
        name,
        up: () => apply(client, { name, sql }),
      })),
      storage: {
        executed: async () => {
          const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY name');
          return rows.map((row) => row.name);
        },
        // Noted in the migration's own transaction, above.
        logMigration: () => Promise.resolve(),
        unlogMigration: () => Promise.reject(new Error('Migrations only go forward')),
      },
      logger: undefined,
    });
    return (await umzug.up()).map((applied) => applied.name);
  } finally {
    // Ends the session and with it the lock, also when a query failed half-way.
    client.release(true);
  }
}

async function apply(client: PoolClient, { name, sql }: Migration): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await client.query('BEGIN');
    try {
      await client.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
      await client.query(sql);
      await client.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (errorCode(error) !== LOCK_NOT_AVAILABLE || attempt >= TRIES) throw error;
      await sleep(LOCK_MS / 4);
    }
  }
}
