import { EventStoreDbEventStore, openClient } from '@voxpersona/event-store';
import { FakeEventStoreDb } from '../eventstoredb/fake-eventstoredb';
import { NodeFault } from '../eventstoredb/node-fault';
import { createTestDatabase } from '../postgres/test-database';
import { serverWithFakes } from '../server/with-fakes';
import { FaultyWorld, LoggedEvent, OUTCOME_ENV } from './outcome-world';

/** Milliseconds after which the client gives up an append that is not answered. */
const DEADLINE_MS = 1_000;

/** A server with its log in a fake EventStoreDB, which it discovers as it would a cluster. */
export async function openFakeNodeWorld(): Promise<FaultyWorld<NodeFault>> {
  const node = new FakeEventStoreDb();
  const url = await node.start();
  const database = await createTestDatabase();
  const fakes = await serverWithFakes({
    env: {
      ...OUTCOME_ENV,
      DATABASE_URL: database.connectionString,
      EVENT_STORE: 'eventstoredb',
      EVENTSTORE_URL: `${url.replace('esdb:', 'esdb+discover:')}&defaultDeadline=${DEADLINE_MS}`,
    },
  });
  return {
    fakes,
    breakAt: (type, fault) => node.breakAt(type, fault),
    withStore: async (use) => {
      const store = new EventStoreDbEventStore(openClient(url));
      try {
        return await use(store);
      } finally {
        await store.close();
      }
    },
    log: () =>
      Promise.resolve(
        node.log.events
          .filter(({ stream }) => !/^(\$|voxpersona_)/.test(stream))
          .map(({ stream, revision, id, type, data }) => ({
            ...{ stream, revision, id, type },
            data: JSON.parse(Buffer.from(data).toString()) as LoggedEvent['data'],
          })),
      ),
    close: async () => {
      await fakes.close();
      node.stop();
      await database.drop();
    },
  };
}
