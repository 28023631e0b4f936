import {
  jsonEvent,
  NO_STREAM,
  ResolvedEvent,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { EventStoreDbConnection } from './client';
import { readFailure } from './failures';
import { IDENTITY_STREAM } from './own-events';
import { onOpenChannel } from './reading';

const IDENTITY_TYPE = 'LogIdentified';
const identity = z.object({ logId: z.uuid() });

/** The identity of the log behind a client, given on first use: whoever is first, wins. */
export async function identify(connection: EventStoreDbConnection): Promise<string> {
  const { client, credentials } = connection;
  const known = await readIdentity(connection);
  if (known !== undefined) return known;
  const event = jsonEvent({ type: IDENTITY_TYPE, data: { logId: randomUUID() } });
  try {
    await client.appendToStream(IDENTITY_STREAM, event, { expectedRevision: NO_STREAM, credentials });
  } catch (error) {
    if (!(error instanceof WrongExpectedVersionError)) throw readFailure(error, connection, IDENTITY_STREAM);
  }
  const given = await readIdentity(connection);
  if (given === undefined) throw new Error('The log was given an identity, and has none');
  return given;
}

async function readIdentity(connection: EventStoreDbConnection): Promise<string | undefined> {
  try {
    const read = () => connection.client.readStream(IDENTITY_STREAM, { maxCount: 1 });
    for await (const { event } of onOpenChannel<ResolvedEvent>(read, {
      deadlineMs: connection.deadlineMs,
      isShort: true,
    })) {
      return identity.parse(event?.data).logId;
    }
    return undefined;
  } catch (error) {
    if (error instanceof StreamNotFoundError) return undefined;
    throw readFailure(error, connection, IDENTITY_STREAM);
  }
}
