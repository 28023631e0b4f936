// Events per second read through the EventStoreDB adapter, as a ratio to the bare client: of $all in pages, and of a
// subscription until it has caught up.
import { FORWARDS, jsonEvent, NO_STREAM, START } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { interleave } from './support/measure.mjs';
import { withNode } from './support/node.mjs';
import { someEvent } from './support/some-event.mjs';

const CASES = {
  'read $all': { adapter: readByAdapter, client: readByClient },
  'catch up': { adapter: catchUpByAdapter, client: catchUpByClient },
};
/** Events of one append. */
const BATCH = 100;

export async function run(report, { events, rounds, wants }) {
  await withNode(async (node) => {
    const written = await fill(node, events);
    for (const [name, { adapter, client }] of Object.entries(CASES)) {
      if (!wants(name)) continue;
      const turn = (read) => () => eventsPerSecond(() => read(node, written));
      const contenders = { adapter: turn(adapter), client: turn(client) };
      await interleave(1, contenders);
      const rates = await interleave(rounds, contenders);
      report.add(name, {
        figures: rates.adapter,
        unit: 'events/s',
        against: { name: `bare client${node.isFake ? ', fake node' : ''}`, figures: rates.client },
        goal: { of: 'ratio', min: 0.85 },
      });
    }
  });
}

/** @returns how many events the log holds then */
async function fill({ connection: { client, credentials } }, events) {
  for (let count = 0; count < events; count += BATCH) {
    const batch = Array.from({ length: BATCH }, () => jsonEvent(someEvent()));
    await client.appendToStream(`bench-${randomUUID()}`, batch, { expectedRevision: NO_STREAM, credentials });
  }
  let count = 0;
  for await (const { event } of client.readAll({ direction: FORWARDS, fromPosition: START })) {
    if (event && !event.type.startsWith('$')) count += 1;
  }
  return count;
}

async function eventsPerSecond(read) {
  const startedAt = performance.now();
  const count = await read();
  return count / ((performance.now() - startedAt) / 1_000);
}

async function readByAdapter({ store }) {
  let count = 0;
  for (let after; ;) {
    const page = await store.readAll({ after });
    count += page.events.length;
    after = page.position;
    if (page.atEnd) return count;
  }
}

async function readByClient({ connection: { client } }) {
  let count = 0;
  for await (const { event } of client.readAll({ direction: FORWARDS, fromPosition: START })) {
    if (event && !event.type.startsWith('$')) count += 1;
  }
  return count;
}

async function catchUpByAdapter({ store }, written) {
  const ended = new AbortController();
  let count = 0;
  for await (const item of store.subscribe({ signal: ended.signal })) {
    if (item.kind !== 'event') continue;
    count += 1;
    if (count === written) ended.abort();
  }
  return count;
}

async function catchUpByClient({ connection: { client } }, written) {
  const subscription = client.subscribeToAll({ fromPosition: START });
  let count = 0;
  for await (const { event } of subscription) {
    if (!event || event.type.startsWith('$')) continue;
    count += 1;
    if (count === written) break;
  }
  await subscription.unsubscribe();
  return count;
}
