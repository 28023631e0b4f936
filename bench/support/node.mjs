import { withChild } from './child.mjs';
import { built } from './product.mjs';

/** Gives `work` the adapter on a node, and a bare client of its own on the same node. */
export async function withNode(work) {
  const { EVENTSTORE_URL: real } = process.env;
  if (real) return withStore(real, false, work);
  return withChild('fake-node.cjs', [], (url) => withStore(url, true, work));
}

async function withStore(url, isFake, work) {
  const { EventStoreDbEventStore, openClient } = built('event-store');
  const store = new EventStoreDbEventStore(openClient(url));
  const connection = openClient(url);
  try {
    return await work({ store, connection, isFake });
  } finally {
    await store.close();
    await connection.client.dispose();
  }
}
