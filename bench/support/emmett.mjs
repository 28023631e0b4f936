import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Emmett's event store on a database, with as many connections as there are writers.
 *
 * @returns undefined where it is not installed, see bench/README.md
 */
export async function openEmmett(connectionString, max) {
  let place;
  try {
    place = require.resolve('@event-driven-io/emmett-postgresql');
  } catch {
    console.error('Emmett is not installed (npm ci --prefix bench): appends are not compared with it');
    return undefined;
  }
  const { getPostgreSQLEventStore } = require(place);
  // Its own copy of pg: it must know the pool that it is given.
  const { Pool } = createRequire(place)('pg');
  const pool = new Pool({ connectionString, max });
  pool.on('error', () => undefined);
  const store = getPostgreSQLEventStore(connectionString, { connectionOptions: { pool } });
  await store.schema.migrate();
  return {
    appendToStream: (...args) => store.appendToStream(...args),
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}
