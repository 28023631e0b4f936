import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { AppendResult, EventToAppend, ExpectedRevision, Revision } from '../port/event-store';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDbConnection } from './client';
import { appendFailure } from './failures';
import { readStream } from './read-stream';

/** What is waited beyond the deadline of the call, which should have ended it. */
const GRACE_MS = 1_000;

/**
 * Appends at an exact revision, by a call of its own: the client's other way, one open stream for all appends, keeps no
 * deadline, waits for ever on a silent node, and takes the process down with it on an answer that it does not know. It goes
 * that way unless a call brings credentials. And on an answer without a meaning it never settles: hence a deadline of ours.
 * The node recognises the same ids behind that revision and answers like the first time, so
 * a repetition is told from a first append only by where the stream stands: read back where it was tried before.
 *
 * @param wasTried whether this process sent these events before
 */
export async function append(
  { client, credentials, deadlineMs }: EventStoreDbConnection,
  stream: string,
  events: readonly EventToAppend[],
  expected: ExpectedRevision,
  wasTried: boolean,
): Promise<AppendResult> {
  const last = (expected === 'no_stream' ? -1 : expected) + events.length;
  const repeated = wasTried && (await standsAt(client, stream, events, last));
  const timer = new AbortController();
  try {
    const appended = client.appendToStream(
      stream,
      events.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data, metadata })),
      { expectedRevision: expected === 'no_stream' ? NO_STREAM : BigInt(expected), credentials },
    );
    const late = sleep(deadlineMs + GRACE_MS, undefined, { signal: timer.signal, ref: false });
    const result = await Promise.race([appended, late]);
    if (!result) throw new Error('The node gave no answer that can be understood in time');
    if (repeated || !result.position) return { ...(await readBack(client, stream, last)), repeated };
    return { revision: Number(result.nextExpectedRevision), position: result.position.commit, repeated };
  } catch (error) {
    throw appendFailure(error, stream, events, expected);
  } finally {
    timer.abort();
  }
}

async function standsAt(
  client: EventStoreDBClient,
  stream: string,
  events: readonly EventToAppend[],
  last: Revision,
): Promise<boolean> {
  for await (const event of readStream(client, stream, { from: last })) return event.id === events.at(-1)?.id;
  return false;
}

/** Where an event that is there stands in the whole log. */
async function readBack(
  client: EventStoreDBClient,
  stream: string,
  revision: Revision,
): Promise<Pick<AppendResult, 'revision' | 'position'>> {
  for await (const { position } of readStream(client, stream, { from: revision }))
    return { revision, position };
  throw new Error(`Stream ${stream} does not hold revision ${revision}, which was just appended`);
}
