// Events per second at which all read models are rebuilt beside those that serve: events of the log, by the time from
// asking until every new generation serves. As a ratio to the floor: COPY of the resulting rows into tables like theirs.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pgCopyStreams from 'pg-copy-streams';
import { inDatabase } from './support/database.mjs';
import { interleave } from './support/measure.mjs';
import { built, testSupport } from './support/product.mjs';

const { from: copyFrom, to: copyTo } = pgCopyStreams;
const LOOK_MS = 20;
const SILENT = { warn: () => undefined, error: () => undefined };

export async function run(report, { events, rounds, wants }) {
  if (!wants('all read models')) return;
  await inDatabase(async (database) => {
    const history = await fill(database, events);
    await whileKept(database, history, async () => {
      await untilServed(database.pool, history);
      const contenders = {
        rebuild: () => eventsPerSecond(history.events, () => rebuildAll(database.pool)),
        copy: () => copyAll(database.pool, history.events),
      };
      const { rebuild, copy } = await interleave(rounds, contenders);
      report.add(`all read models, ${history.events} events`, {
        figures: rebuild,
        unit: 'events/s',
        against: { name: 'COPY of their rows', figures: copy },
        goal: { of: 'figure', min: 15_000 },
      });
    });
  });
}

/** Writes the histories of recordings, sealed and hashed as the application does. */
async function fill({ pool, listener }, atLeast) {
  const { MIGRATIONS, eventIdOf } = built('composition/src/foundation');
  const { migrate } = built('platform');
  const { EventCodec, PostgresEventStore, PostgresKeyRing } = built('event-store');
  const { DOMAIN_EVENTS } = built('domain');
  const { appendHistories } = testSupport('history/histories');
  await migrate(pool, MIGRATIONS);
  const store = new PostgresEventStore(pool, listener);
  const codec = new EventCodec(DOMAIN_EVENTS, new PostgresKeyRing(pool, randomBytes(32)), eventIdOf);
  const { events } = await appendHistories(store, codec, atLeast);
  return { store, codec, events };
}

/** While `work` runs, the read models are fed and their builds are carried out, as by a worker. */
async function whileKept({ connectionString, pool, listener }, { store, codec }, work) {
  const { LogReader, PostgresLeadership } = built('event-store');
  const { SessionLocks } = built('platform');
  const { GenerationKeeper } = built('projections/src/generations/generation-keeper');
  const leadership = new PostgresLeadership(new SessionLocks({ connectionString, log: SILENT }), pool);
  const reader = new LogReader(store, codec);
  const keeper = new GenerationKeeper(readModels(), { reader, pool, listener, leadership, log: SILENT });
  keeper.start();
  try {
    await work();
  } finally {
    await keeper.stop();
    await leadership.close();
    await store.close();
  }
}

function readModels() {
  return built('projections').READ_MODELS;
}

/** Those that serve, by the name of their read model. */
async function serving(pool) {
  const { listGenerations } = built('projections');
  const all = await listGenerations(pool);
  return new Map(all.filter(({ state }) => state === 'active').map((one) => [one.projection, one]));
}

async function untilServed(pool, { store }) {
  const head = await store.head();
  for (;;) {
    const { rows } = await pool.query('SELECT count(*)::int AS count FROM checkpoints WHERE position >= $1', [
      head,
    ]);
    if (rows[0].count >= readModels().length) return;
    await sleep(LOOK_MS);
  }
}

async function rebuildAll(pool) {
  const { Generations, listGenerations } = built('projections');
  const generations = new Generations(pool);
  const wanted = new Map();
  for (const { name } of readModels()) wanted.set(name, (await generations.rebuild(name)).generation);
  for (;;) {
    const served = await serving(pool);
    if ([...wanted].every(([name, generation]) => served.get(name)?.generation === generation)) return;
    const stuck = (await listGenerations(pool)).find(
      ({ phase }) => phase === 'failed' || phase === 'differs',
    );
    if (stuck)
      throw new Error(`The rebuild of ${stuck.projection} did not succeed: ${JSON.stringify(stuck)}`);
    await sleep(LOOK_MS);
  }
}

async function eventsPerSecond(events, work) {
  const startedAt = performance.now();
  await work();
  return events / ((performance.now() - startedAt) / 1_000);
}

/** Copies the rows of all read models into empty tables with the same columns and indexes; only that is timed. */
async function copyAll(pool, events) {
  const { tableName } = built('projections');
  const served = await serving(pool);
  const tables = [];
  for (const { name, table } of readModels()) {
    const copy = `bench_${table}`;
    await pool.query(`DROP TABLE IF EXISTS ${copy}; CREATE TABLE ${copy} (LIKE ${table} INCLUDING ALL)`);
    tables.push({ copy, rows: await rowsOf(pool, tableName(table, served.get(name).generation)) });
  }
  return eventsPerSecond(events, async () => {
    for (const { copy, rows } of tables) await copyInto(pool, copy, rows);
  });
}

async function rowsOf(pool, table) {
  const client = await pool.connect();
  try {
    const { columns } = await columnsOf(client, table);
    return { columns, bytes: await buffer(client.query(copyTo(`COPY ${table} (${columns}) TO STDOUT`))) };
  } finally {
    client.release();
  }
}

/** Those that are not generated. */
async function columnsOf(client, table) {
  const { rows } = await client.query(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [table],
  );
  return rows[0];
}

async function copyInto(pool, table, { columns, bytes }) {
  const client = await pool.connect();
  try {
    await pipeline(Readable.from([bytes]), client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN`)));
  } finally {
    client.release();
  }
}
