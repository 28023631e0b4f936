import { FakeEventStoreDb } from '../eventstoredb/fake-eventstoredb';

export const TEST_STORES = ['postgres', 'eventstoredb'] as const;
export type TestStore = (typeof TEST_STORES)[number];

/** Where a server of tests has its log. */
export interface TestLog {
  /** Undefined where the log is in PostgreSQL, or where the test has put it. */
  node?: FakeEventStoreDb;
  /** @returns what the environment of the server must hold; undefined where there is nothing to wait for */
  open(): Promise<Record<string, string>> | undefined;
  close(): void;
}

const NOWHERE_ELSE: TestLog = { open: () => undefined, close: () => undefined };

/** By data folder: a server that is started again on the same data has the same log. */
const nodes = new Map<string, TestLog>();

/** A fake EventStoreDB of its own, where that is asked for and the test does not say where the log is. */
export function testLogOf(
  dataFolder: string,
  { env, store }: { env?: Record<string, string>; store?: TestStore },
): TestLog {
  const wanted = store ?? process.env.VOXPERSONA_TEST_STORE;
  if (env?.EVENT_STORE !== undefined || wanted !== 'eventstoredb') return NOWHERE_ELSE;
  const known = nodes.get(dataFolder);
  if (known) return known;
  const node = new FakeEventStoreDb();
  let url: Promise<string> | undefined;
  const log: TestLog = {
    node,
    open: async () => {
      url ??= node.start();
      return { EVENT_STORE: 'eventstoredb', EVENTSTORE_URL: await url };
    },
    close: () => {
      node.stop();
      nodes.delete(dataFolder);
    },
  };
  nodes.set(dataFolder, log);
  return log;
}
