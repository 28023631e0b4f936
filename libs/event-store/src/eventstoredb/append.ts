import { jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { AppendOutcomeUnknown } from '../port/errors';
import {
  AppendResult,
  EventToAppend,
  ExpectedRevision,
  Position,
  Revision,
  StoredEvent,
} from '../port/event-store';
import { EventStoreDbConnection } from './client';
import { appendFailure } from './failures';
import { eventAt, ReadBack } from './read-back';

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
 * @param back reads back what was appended
 */
export async function append(
  connection: EventStoreDbConnection,
  stream: string,
  events: readonly EventToAppend[],
  expected: ExpectedRevision,
  { wasSent, back }: { wasSent: boolean; back: ReadBack },
): Promise<AppendResult> {
  const { client, credentials, deadlineMs } = connection;
  const last = (expected === 'no_stream' ? -1 : expected) + events.length;
  const stoodBefore = wasSent && (await eventAt(connection, stream, last))?.id === events.at(-1)?.id;
  let acknowledged: Position | undefined;
  try {
    const appended = client.appendToStream(
      stream,
      events.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data, metadata })),
      { expectedRevision: expected === 'no_stream' ? NO_STREAM : BigInt(expected), credentials },
    );
    const { position } = await inTime(appended, deadlineMs + GRACE_MS);
    connection.hasAnswered = true;
    acknowledged = position?.commit as Position | undefined;
  } catch (error) {
    throw appendFailure(error, connection, stream, events, expected);
  }
  const stored = await back
    .find({ stream, revision: last, position: acknowledged, length: events.length })
    .catch((error: unknown) => {
      throw new AppendOutcomeUnknown(stream, error);
    });
  return resultOf(stored, stream, last, events, stoodBefore);
}

function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error('The node gave no answer that can be understood in time'));
    const timer = setTimeout(late, ms).unref();
    const over =
      <A>(settle: (outcome: A) => void) =>
      (outcome: A): void => {
        clearTimeout(timer);
        settle(outcome);
      };
    work.then(over(resolve), over(reject));
  });
}

/** @throws AppendOutcomeUnknown when what was acknowledged is not there */
function resultOf(
  stored: StoredEvent | undefined,
  stream: string,
  revision: Revision,
  events: readonly EventToAppend[],
  stoodBefore: boolean,
): AppendResult {
  const sent = events.at(-1);
  if (stored?.id !== sent?.id || !stored) {
    throw new AppendOutcomeUnknown(
      stream,
      new Error(`Revision ${revision}, which was just appended, is not there`),
    );
  }
  const isSame = JSON.stringify(stored.metadata) === JSON.stringify(sent?.metadata);
  return { revision, position: stored.position, repeated: stoodBefore || !isSame };
}
