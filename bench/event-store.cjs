// Appends per second of the PostgreSQL event store, as a ratio to bare INSERTs of the same events by as many clients in
// the same run. Both take turns, so that what else the machine does meets both. Build first; then:
// node bench/event-store.cjs [seconds of each]
const { mkdtempSync, chmodSync, rmSync } = require('node:fs');
const { randomUUID } = require('node:crypto');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const platform = require('../dist/libs/platform/src');
const { EVENT_LOG_MIGRATIONS, PostgresEventStore } = require('../dist/libs/event-store/src');

const SECONDS = Number(process.argv[2] ?? 3);
const TURNS = 10;

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

/** Runs `clients` loops side by side for a turn; gives rounds per second. */
async function turn(clients, round) {
  const startedAt = performance.now();
  const until = Date.now() + (SECONDS * 1_000) / TURNS;
  const counts = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      let count = 0;
      for (; Date.now() < until; count += 1) await round(client);
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - startedAt) / 1_000);
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
    const ends = { bare: streams.map(() => -1), appended: streams.map(() => -1) };
    const insert = async (client) => {
      const { id, type, data, metadata } = someEvent();
      await pool.query(
        'INSERT INTO floor (stream, revision, id, type, data, metadata) VALUES ($1, $2, $3, $4, $5, $6)',
        [streams[client], (ends.bare[client] += 1), id, type, JSON.stringify(data), JSON.stringify(metadata)],
      );
    };
    const append = async (client) => {
      const end = ends.appended[client];
      await store.append(streams[client], [someEvent()], end < 0 ? 'no_stream' : end);
      ends.appended[client] += 1;
    };
    let [bare, appends] = [0, 0];
    for (let n = 0; n < TURNS; n += 1) {
      bare += (await turn(clients, insert)) / TURNS;
      appends += (await turn(clients, append)) / TURNS;
    }
    const columns = [
      String(clients).padEnd(9),
      String(Math.round(bare)).padStart(13),
      String(Math.round(appends)).padStart(11),
    ];
    console.log(`${columns.join(' ')} ${(appends / bare).toFixed(2).padStart(7)}`);
  }
  await listener.close();
  await store.close();
  await pool.end();
  await postgres.stop();
  rmSync(folder, { recursive: true });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
