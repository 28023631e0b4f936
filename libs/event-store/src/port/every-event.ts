import { EventStore, START, StoredEvent } from './event-store';

const PAGE = 1_000;

/** Every event of a log, in the order of positions, read page by page as it is asked for; until the end of now. */
export async function* everyEvent(
  store: Pick<EventStore, 'readAll'>,
  signal?: AbortSignal,
): AsyncGenerator<StoredEvent> {
  for (let after = START, atEnd = false; !atEnd;) {
    signal?.throwIfAborted();
    const page = await store.readAll({ after, limit: PAGE });
    yield* page.events;
    after = page.position;
    ({ atEnd } = page);
  }
}
