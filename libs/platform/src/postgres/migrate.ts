import { Pool } from 'pg';
import { Umzug } from 'umzug';

/** One change of the tables. Names sort in the order of application and never change once released. */
export interface Migration {
  name: string;
  sql: string;
}

/** Any two numbers would do; these spell "vox" and "mig" in ASCII. */
const LOCK = [0x766f78, 0x6d6967] as const;

/**
 * Applies what has not been applied, in the order of names, each migration in a transaction together with the note
 * that it was applied. Safe when several processes start at once: they take turns.
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
        up: async () => {
          await client.query('BEGIN');
          try {
            await client.query(sql);
            await client.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
            await client.query('COMMIT');
          } catch (error) {
            await client.query('ROLLBACK');
            throw error;
          }
        },
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
