import { CRASH_ENV, describeCrashes } from '@test/crash/crash-suite';
import { FakeEventStoreDb } from '@test/eventstoredb/fake-eventstoredb';
import { proofSize } from '@test/proof-size';
import { serverWithFakes } from '@test/server/with-fakes';

/** Every so many appends one breaks off: after it was written, before, or without ever an answer. */
const FAULT_EVERY = 5;

describeCrashes(
  `with its log in a fake EventStoreDB, every ${FAULT_EVERY}th append of which fails`,
  proofSize({ short: 4, full: 1 }),
  async () => {
    const node = new FakeEventStoreDb();
    const env = {
      ...CRASH_ENV,
      EVENT_STORE: 'eventstoredb',
      EVENTSTORE_URL: `${await node.start()}&defaultDeadline=1000`,
    };
    const world = await serverWithFakes({ env });
    node.failEvery(FAULT_EVERY, 'cut_after', 'cut_before', 'cut_after', 'silent', 'garbage');
    return {
      ...world,
      logSize: () => Promise.resolve(node.size),
      logHolds: (count) => node.holds(count),
      close: async () => {
        await world.close();
        node.stop();
      },
    };
  },
);
