import { EventStore, everyEvent, StoredEvent } from '@voxpersona/event-store';

/** Every event of a log but for its position, which is each log's own. */
export async function wholeLog(store: EventStore): Promise<Omit<StoredEvent, 'position'>[]> {
  const found: Omit<StoredEvent, 'position'>[] = [];
  for await (const { position: _position, ...rest } of everyEvent(store)) found.push(rest);
  return found;
}
