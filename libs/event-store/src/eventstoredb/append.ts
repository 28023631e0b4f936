import { jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppendOutcomeUnknown } from '../port/errors';
import { AppendResult, EventToAppend, ExpectedRevision, Revision, StoredEvent } from '../port/event-store';
import { EventStoreDbConnection } from './client';
import { appendFailure } from './failures';
import { readStream } from './read-stream';

/** What is waited beyond the deadline of the call, which should have ended it. */
const GRACE_MS = 1_000;

/**
 * Appends at an exact revision, by a call of its own: the client's other way, one open stream for all appends, keeps no
 * deadline, waits for ever on a silent node, and takes the process down with it on an answer that it does not know. It goes
 * that way unless a call brings credentials. And on an answer without a meaning it never settles: hence a deadline of ours.
 *
 * The node recognises the same ids behind that revision and answers like the first time, so what the log holds is read back:
 * an earlier try of the same command, perhaps in another process, may have written these ids with another time and hash.
 *
 * @param wasSent whether this process sent these events before
 */
export async function append(
  connection: EventStoreDbConnection,
  stream: string,
  events: readonly EventToAppend[],
  expected: ExpectedRevision,
  wasSent: boolean,
): Promise<AppendResult> {
  const { client, credentials, deadlineMs } = connection;
  const last = (expected === 'no_stream' ? -1 : expected) + events.length;
  const stoodBefore = wasSent && (await eventAt(connection, stream, last))?.id === events.at(-1)?.id;
  const timer = new AbortController();
  try {
    const appended = client.appendToStream(
      stream,
      events.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data, metadata })),
      { expectedRevision: expected === 'no_stream' ? NO_STREAM : BigInt(expected), credentials },
    );
    const late = sleep(deadlineMs + GRACE_MS, undefined, { signal: timer.signal, ref: false });
    if (!(await Promise.race([appended, late]))) {
      throw new Error('The node gave no answer that can be understood in time');
    }
  } catch (error) {
    throw appendFailure(error, connection, stream, events, expected);
  } finally {
    timer.abort();
  }
  return readBack(connection, stream, last, events, stoodBefore);
}

/** The event at a revision, where there is one. */
async function eventAt(
  connection: EventStoreDbConnection,
  stream: string,
  revision: Revision,
): Promise<StoredEvent | undefined> {
  for await (const event of readStream(connection, stream, { from: revision, limit: 1 })) return event;
  return undefined;
}

/** What the log holds after an append that the node has acknowledged. @throws AppendOutcomeUnknown when it cannot be read */
async function readBack(
  connection: EventStoreDbConnection,
  stream: string,
  revision: Revision,
  events: readonly EventToAppend[],
  stoodBefore: boolean,
): Promise<AppendResult> {
  const sent = events.at(-1);
  const stored = await eventAt(connection, stream, revision).catch((error: unknown) => {
    throw new AppendOutcomeUnknown(stream, error);
  });
  if (stored?.id !== sent?.id || !stored) {
    throw new AppendOutcomeUnknown(
      stream,
      new Error(`Revision ${revision}, which was just appended, is not there`),
    );
  }
  const isSame = JSON.stringify(stored.metadata) === JSON.stringify(sent?.metadata);
  return { revision, position: stored.position, repeated: stoodBefore || !isSame };
}
