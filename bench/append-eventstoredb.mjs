// Appends per second through the EventStoreDB adapter, as a ratio to the bare client's unary call on the same node: that of
// EVENTSTORE_URL, else the fake of the tests in a process of its own.
import { jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { interleave, perSecond } from './support/measure.mjs';
import { withNode } from './support/node.mjs';
import { someEvent, streamsOf } from './support/some-event.mjs';

const STREAMS = [1, 16, 64];

export async function run(report, { seconds, rounds, wants }) {
  await withNode(async ({ store, connection, isFake }) => {
    for (const streams of STREAMS) {
      const name = `${streams} ${streams === 1 ? 'stream' : 'streams'}`;
      if (!wants(name)) continue;
      const turn = (once) => () => perSecond(seconds / rounds / 2, streams, once);
      const contenders = {
        adapter: turn(appendTo(store, streams)),
        client: turn(appendByClient(connection, streams)),
      };
      await interleave(1, contenders);
      const { adapter, client } = await interleave(rounds, contenders);
      report.add(name, {
        figures: adapter,
        unit: 'appends/s',
        against: { name: `bare client${isFake ? ', fake node' : ''}`, figures: client },
        goal: { of: 'ratio', min: 0.95 },
      });
    }
  });
}

function appendTo(store, count) {
  const streams = streamsOf(count);
  return async (loop) => {
    const stream = streams[loop];
    await store.append(stream.name, [someEvent()], stream.end < 0 ? 'no_stream' : stream.end);
    stream.end += 1;
  };
}

function appendByClient({ client, credentials }, count) {
  const streams = streamsOf(count);
  return async (loop) => {
    const stream = streams[loop];
    // With credentials the client makes a call of its own for each append, as the adapter does.
    await client.appendToStream(stream.name, [jsonEvent(someEvent())], {
      expectedRevision: stream.end < 0 ? NO_STREAM : BigInt(stream.end),
      credentials,
    });
    stream.end += 1;
  };
}
