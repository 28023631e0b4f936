// Appends per second of the PostgreSQL event store, as a ratio to bare INSERTs of the same events by as many clients, and
// to Emmett's event store where it is installed.
import { BARE_TABLE, inDatabase } from './support/database.mjs';
import { openEmmett } from './support/emmett.mjs';
import { interleave, perSecond } from './support/measure.mjs';
import { built } from './support/product.mjs';
import { someEvent, streamsOf } from './support/some-event.mjs';

const STREAMS = [
  { streams: 1, goal: 0.7 },
  { streams: 16, goal: 1.5 },
  { streams: 64, goal: 2.2 },
];
const CONNECTIONS = 70;

export async function run(report, { seconds, rounds, wants, peers }) {
  const { EVENT_LOG_MIGRATIONS, PostgresEventStore } = built('event-store');
  const { migrate } = built('platform');
  const work = async ({ connectionString, pool, listener }) => {
    await migrate(pool, EVENT_LOG_MIGRATIONS);
    await pool.query(BARE_TABLE);
    const store = new PostgresEventStore(pool, listener);
    const emmett = peers ? await openEmmett(connectionString, CONNECTIONS) : undefined;
    for (const { streams, goal } of STREAMS) {
      const name = `${streams} ${streams === 1 ? 'stream' : 'streams'}`;
      if (!wants(name)) continue;
      const contenders = { append: appendTo(store, streams), insert: insertInto(pool, streams) };
      if (emmett) contenders.emmett = appendByEmmett(emmett, streams);
      const turns = Object.entries(contenders).map(([of, once]) => [
        of,
        () => perSecond(seconds / rounds / 2, streams, once),
      ]);
      await interleave(1, Object.fromEntries(turns));
      const rates = await interleave(rounds, Object.fromEntries(turns));
      report.add(name, {
        figures: rates.append,
        unit: 'appends/s',
        against: { name: 'bare INSERT', figures: rates.insert },
        goal: { of: 'ratio', min: goal },
      });
      if (!emmett) continue;
      const against = { name: 'Emmett', figures: rates.emmett };
      report.add(`${name}, beside Emmett`, { figures: rates.append, unit: 'appends/s', against });
    }
    await emmett?.close();
    await store.close();
  };
  await inDatabase(work, { connections: CONNECTIONS });
}

function appendTo(store, count) {
  const streams = streamsOf(count);
  return async (loop) => {
    const stream = streams[loop];
    await store.append(stream.name, [someEvent()], stream.end < 0 ? 'no_stream' : stream.end);
    stream.end += 1;
  };
}

function insertInto(pool, count) {
  const streams = streamsOf(count);
  return async (loop) => {
    const { id, type, data, metadata } = someEvent();
    const stream = streams[loop];
    await pool.query(
      'INSERT INTO bare_events (stream, revision, id, type, data, metadata) VALUES ($1, $2, $3, $4, $5, $6)',
      [stream.name, stream.end + 1, id, type, JSON.stringify(data), JSON.stringify(metadata)],
    );
    stream.end += 1;
  };
}

function appendByEmmett(emmett, count) {
  const streams = streamsOf(count);
  return async (loop) => {
    const { type, data, metadata } = someEvent();
    const stream = streams[loop];
    const expectedStreamVersion = stream.end < 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(stream.end + 1);
    await emmett.appendToStream(stream.name, [{ type, data, metadata }], { expectedStreamVersion });
    stream.end += 1;
  };
}
