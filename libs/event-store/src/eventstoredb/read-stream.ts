import {
  BACKWARDS,
  END,
  FORWARDS,
  ResolvedEvent,
  START as FIRST,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { ReadStreamOptions, StoredEvent } from '../port/event-store';
import { StreamRemoved } from '../port/errors';
import { EventStoreDbConnection } from './client';
import { onOpenChannel } from './reading';
import { readFailure } from './failures';

/**
 * The stream's events in order, at most `limit`; empty for a stream that does not exist. Read as they are asked for.
 *
 * @throws StreamRemoved for a stream that somebody has deleted
 */
export async function* readStream(
  connection: EventStoreDbConnection,
  stream: string,
  { from, direction = 'forwards', limit }: ReadStreamOptions & { limit?: number },
): AsyncGenerator<StoredEvent> {
  const { client } = connection;
  const isForwards = direction === 'forwards';
  const whole = isForwards ? FIRST : END;
  try {
    const read = () =>
      client.readStream(stream, {
        direction: isForwards ? FORWARDS : BACKWARDS,
        fromRevision: from === undefined ? whole : BigInt(from),
        ...(limit !== undefined && { maxCount: limit }),
      });
    for await (const resolved of onOpenChannel<ResolvedEvent>(read, {
      deadlineMs: connection.deadlineMs,
      isShort: limit === 1,
    })) {
      connection.hasAnswered = true;
      const event = connection.own.find(resolved);
      if (event) yield event;
    }
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw readFailure(error, connection, stream);
    if (await isCutOff(connection, stream)) throw new StreamRemoved(stream, error);
  }
}

/** A stream that was deleted looks like one that never was, and takes appends like one; its metadata tell them apart. */
async function isCutOff(connection: EventStoreDbConnection, stream: string): Promise<boolean> {
  try {
    const { metadata } = await connection.client.getStreamMetadata(stream);
    return metadata?.truncateBefore !== undefined;
  } catch (error) {
    throw readFailure(error, connection, stream);
  }
}
