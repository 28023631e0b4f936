import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  connectionString: string;
  drop(): Promise<void>;
}

/** An empty database of its own on the PostgreSQL that the global set-up started. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env.VOXPERSONA_TEST_DATABASE_URL;
  if (!server)
    throw new Error('The global set-up did not run: start tests with jest at the root of the project');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    connectionString: url.toString(),
    drop: () => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Runs one statement on a database of its own connection. */
export async function onServer(connectionString: string, sql: string, values: unknown[] = []): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql, values);
  } finally {
    await client.end();
  }
}

/** Ends every other connection to a database, as a restart of it would. */
export async function cutConnections(connectionString: string): Promise<void> {
  await onServer(
    connectionString,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
}
