import {
  EventStore,
  EventStoreDbEventStore,
  EventStoreUrlInvalid,
  ForeignEvents,
  openClient,
  PostgresEventStore,
} from '@voxpersona/event-store';
import { ConfigurationInvalid, Environment, PostgresListener } from '@voxpersona/platform';
import { Pool } from 'pg';

export type EventStoreKind = Environment['EVENT_STORE'];

export interface OpenedEventStore {
  kind: EventStoreKind;
  store: EventStore;
  /** For people; holds no secret. */
  place: string;
  /** Of other programs in the same log; undefined for a store that no other program can write to. */
  foreignEvents?: ForeignEvents;
  close(): Promise<void>;
}

/**
 * Opens an event store of the given kind. Nothing is connected yet.
 *
 * @throws ConfigurationInvalid when EVENTSTORE_URL is missing or cannot be read
 */
export function openEventStore(
  kind: EventStoreKind,
  environment: Pick<Environment, 'EVENTSTORE_URL'>,
  pool: Pool,
  listener: PostgresListener,
): OpenedEventStore {
  if (kind === 'postgres') {
    const store = new PostgresEventStore(pool, listener);
    return { kind, store, place: 'PostgreSQL', close: () => store.close() };
  }
  const { EVENTSTORE_URL: url } = environment;
  if (url === undefined) throw new ConfigurationInvalid(['EVENTSTORE_URL: is needed for EventStoreDB']);
  const store = new EventStoreDbEventStore(clientOf(url));
  const { foreignEvents } = store;
  return { kind, store, place: `EventStoreDB at ${hostsOf(url)}`, foreignEvents, close: () => store.close() };
}

function clientOf(url: string): ReturnType<typeof openClient> {
  try {
    return openClient(url);
  } catch (error) {
    if (error instanceof EventStoreUrlInvalid) throw new ConfigurationInvalid([error.message]);
    throw error;
  }
}

/** The hosts of a connection string, without its credentials and parameters. */
function hostsOf(url: string): string {
  return url
    .replace(/^[^/]*\/\//, '')
    .replace(/^[^@/?]*@/, '')
    .replace(/[/?].*$/, '');
}
