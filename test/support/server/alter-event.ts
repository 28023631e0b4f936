import { withDatabaseOf } from './dump-database';
import { TestServer } from './test-server';

/**
 * Changes the data of an event behind the server's back, in the store that holds its log.
 *
 * @returns puts back what was there
 */
export async function alterEvent(
  server: TestServer,
  id: string,
  change: (data: object) => object,
): Promise<() => Promise<void>> {
  const { node } = server;
  if (node) {
    const event = node.log.events.find((one) => one.id === id);
    if (!event) throw new Error(`There is no event ${id}`);
    const kept = event.data;
    event.data = Buffer.from(changed(Buffer.from(kept).toString(), change));
    return () => {
      event.data = kept;
      return Promise.resolve();
    };
  }
  const write = (data: string): Promise<void> =>
    withDatabaseOf(server.dataFolder, async (client) => {
      await client.query('UPDATE events SET data = $2 WHERE id = $1', [id, data]);
    });
  const { rows } = await withDatabaseOf(server.dataFolder, (client) =>
    client.query<{ data: string }>('SELECT data::text FROM events WHERE id = $1', [id]),
  );
  const kept = rows[0]?.data;
  if (kept === undefined) throw new Error(`There is no event ${id}`);
  await write(changed(kept, change));
  return () => write(kept);
}

function changed(data: string, change: (data: object) => object): string {
  return JSON.stringify(change(JSON.parse(data) as object));
}
