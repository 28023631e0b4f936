import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/** Runs `use` on the embedded database below a data folder. */
export async function withDatabaseOf<T>(dataFolder: string, use: (client: Client) => Promise<T>): Promise<T> {
  const [, , , port] = readFileSync(join(dataFolder, 'postgres/postmaster.pid'), 'utf8').split('\n');
  const password = readFileSync(join(dataFolder, 'database-password'), 'utf8').trim();
  const client = new Client({
    connectionString: `postgres://voxpersona:${password}@127.0.0.1:${port ?? ''}/voxpersona`,
  });
  // A test may end this very backend: the query in flight fails by itself.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Every row of every table as text: what a logical dump holds. */
export async function dumpDatabase(dataFolder: string): Promise<string> {
  return withDatabaseOf(dataFolder, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" AS t`);
      texts.push(...rows.map(({ row }) => row));
    }
    return texts.join('\n');
  });
}
