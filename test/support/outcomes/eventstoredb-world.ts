import { EventStore, EventStoreDbEventStore, openClient, Position } from '@voxpersona/event-store';
import { CuttingProxy } from '../eventstoredb/cutting-proxy';
import { FakeEventStoreDb } from '../eventstoredb/fake-eventstoredb';
import { NodeFault } from '../eventstoredb/node-fault';
import { createTestDatabase } from '../postgres/test-database';
import { ServerWithFakes, serverWithFakes } from '../server/with-fakes';
import { FaultyWorld, LoggedEvent, OUTCOME_ENV } from './outcome-world';

/** Milliseconds after which the client gives up on an append. */
const DEADLINE_MS = 1_000;

/** Opens a server with its log in a fake EventStoreDB, which it discovers like a cluster. */
export async function openFakeNodeWorld(): Promise<FaultyWorld<NodeFault>> {
  const node = new FakeEventStoreDb();
  const url = await node.start();
  const { fakes, close } = await openServer(url.replace('esdb:', 'esdb+discover:'));
  return {
    fakes,
    breakAt: (type, fault) => node.breakAt(type, fault),
    withStore: (use) => withStore(url, use),
    log: () => Promise.resolve(loggedEvents(node)),
    close: async () => {
      await close();
      node.stop();
    },
  };
}

/** Reads the fake's memory, so that it works during an outage too. */
function loggedEvents({ log }: FakeEventStoreDb): LoggedEvent[] {
  return log.events
    .filter(({ stream }) => !/^(\$|voxpersona_)/.test(stream))
    .map(({ data, ...event }) => ({
      ...event,
      data: JSON.parse(Buffer.from(data).toString()) as LoggedEvent['data'],
    }));
}

/** A fault of the network alone. */
export type NetworkFault = NodeFault & { append: 'written'; answer: 'cut'; meanwhile: 'away' };

/**
 * Opens a server with its log in a real node of EventStoreDB. The node must be empty, and without TLS because the proxy reads
 * what is sent to it.
 *
 * @param url connection string of the node
 */
export async function openRealNodeWorld(url: string): Promise<FaultyWorld<NetworkFault>> {
  const [, host, port] = /^esdb:\/\/([^:/@?]+):(\d+)\/?\?(?=.*tls=false)/.exec(url) ?? [];
  if (!host || !port) throw new Error('EVENTSTORE_URL must be esdb://host:port?tls=false for this proof');
  const proxy = new CuttingProxy(host, Number(port));
  const { fakes, close } = await openServer(
    url.replace(`${host}:${port}`, `127.0.0.1:${await proxy.start()}`),
  );
  const start = await withStore(url, (store) => store.head());
  return {
    fakes,
    breakAt: (type, { ms }) => proxy.cutAt(type, ms),
    withStore: (use) => withStore(url, use),
    log: () => withStore(url, (store) => eventsAfter(store, start)),
    close: async () => {
      await close();
      proxy.stop();
    },
  };
}

async function openServer(url: string): Promise<{ fakes: ServerWithFakes; close: () => Promise<void> }> {
  const database = await createTestDatabase();
  const fakes = await serverWithFakes({
    env: {
      ...OUTCOME_ENV,
      DATABASE_URL: database.connectionString,
      EVENT_STORE: 'eventstoredb',
      EVENTSTORE_URL: `${url}&defaultDeadline=${DEADLINE_MS}`,
    },
  });
  const close = async (): Promise<void> => {
    await fakes.close();
    await database.drop();
  };
  return { fakes, close };
}

async function withStore<T>(url: string, use: (store: EventStore) => Promise<T>): Promise<T> {
  const store = new EventStoreDbEventStore(openClient(url));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function eventsAfter(store: EventStore, start: Position): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (let after = start, atEnd = false; !atEnd;) {
    const page = await store.readAll({ after });
    events.push(...page.events);
    after = page.position;
    ({ atEnd } = page);
  }
  return events;
}
