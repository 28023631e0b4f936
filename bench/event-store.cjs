// Appends per second of the PostgreSQL event store, as a ratio to bare INSERTs of the same events by as many clients in
// the same run. Build first; then: node bench/event-store.cjs
const { mkdtempSync, chmodSync, rmSync } = require('node:fs');
const { randomUUID } = require('node:crypto');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const platform = require('../dist/libs/platform/src');
const { EVENT_LOG_MIGRATIONS, PostgresEventStore } = require('../dist/libs/event-store/src');

const SECONDS = Number(process.argv[2] ?? 3);

function someEvent() {
  return {
    id: randomUUID(),
    type: 'ChunkTranscribed',
    data: { text: 'x'.repeat(300) },
    metadata: {
      $correlationId: randomUUID(),
      $causationId: randomUUID(),
      commandId: randomUUID(),
      hash: 'a'.repeat(64),
    },
  };
}

/** Runs `clients` loops side by side for some seconds; gives rounds per second. */
async function rate(clients, round) {
  const until = Date.now() + SECONDS * 1_000;
  const counts = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      let count = 0;
      for (; Date.now() < until; count += 1) await round(client, count);
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) / SECONDS;
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  chmodSync(folder, 0o711);
  const postgres = await platform.startEmbeddedPostgres(folder);
  const options = { connectionString: postgres.connectionString, applicationName: 'bench', max: 70 };
  const pool = platform.createPool({ ...options, onIdleError: () => undefined });
  const listener = new platform.PostgresListener(postgres.connectionString, console);
  await platform.migrate(pool, EVENT_LOG_MIGRATIONS);
  await pool.query(
    'CREATE TABLE floor (n bigserial PRIMARY KEY, stream text, revision bigint, id uuid UNIQUE, type text, data json, metadata json, UNIQUE (stream, revision))',
  );
  const store = new PostgresEventStore(pool, listener);
  console.log('streams   bare INSERT/s   appends/s   ratio');
  for (const clients of [1, 16, 64]) {
    const streams = Array.from({ length: clients }, () => `bench-${randomUUID()}`);
    const bare = await rate(clients, (client, revision) => {
      const { id, type, data, metadata } = someEvent();
      return pool.query(
        'INSERT INTO floor (stream, revision, id, type, data, metadata) VALUES ($1, $2, $3, $4, $5, $6)',
        [streams[client], revision, id, type, JSON.stringify(data), JSON.stringify(metadata)],
      );
    });
    const appends = await rate(clients, (client, revision) =>
      store.append(streams[client], [someEvent()], revision === 0 ? 'no_stream' : revision - 1),
    );
    const columns = [
      String(clients).padEnd(9),
      String(Math.round(bare)).padStart(13),
      String(Math.round(appends)).padStart(11),
    ];
    console.log(`${columns.join(' ')} ${(appends / bare).toFixed(2).padStart(7)}`);
  }
  await listener.close();
  await pool.end();
  await postgres.stop();
  rmSync(folder, { recursive: true });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
