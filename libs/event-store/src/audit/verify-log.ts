import { Seal } from '@voxpersona/domain';
import { Pool } from 'pg';
import { CHAIN_START, ChainEnd, EventTampered, followChain, verifyHash } from '../codec/hash-chain';
import { EventStore, StoredEvent } from '../port/event-store';
import { everyEvent } from '../port/every-event';
import { leafHash, MerkleFrontier } from './merkle-tree';
import { readSeals } from './read-seals';
import { SealVerifier } from './seal-key';
import { everySealedEvent, isSealedEvent, SealedEvent } from './sealed-events';

/**
 * - `changed`       the event is not what was written, or what was sealed
 * - `inserted`      the event was not there when the log was sealed
 * - `missing`       the event was there when the log was sealed, and is gone, or stands elsewhere
 * - `chain`         the event does not follow the one before it in its stream
 * - `root`          what the seal covers is not what was sealed; the event is the seal
 * - `signature`     the event is a seal that this installation did not make
 */
export type LogFault = 'changed' | 'inserted' | 'missing' | 'chain' | 'root' | 'signature';

/** The log is not what it was. Names the first event at which that shows. */
export class LogBroken extends Error {
  constructor(
    readonly fault: LogFault,
    readonly eventId: string,
    message: string,
  ) {
    super(message);
    this.name = 'LogBroken';
  }
}

export interface VerifiedLog {
  events: number;
  streams: number;
  seals: number;
  /** Events under the last seal; those after it are protected by the chains of their streams alone. */
  sealedEvents: number;
  /** False: the list of sealed events does not lead to the seals; where it is broken, only a stretch can be named. */
  listOfSealedEvents: boolean;
}

export interface VerifyOptions {
  store: EventStore;
  /** Where the list of sealed events is. */
  pool: Pool;
  verifier: SealVerifier;
  /** Seals that were kept elsewhere: the log must contain what they cover. */
  kept?: readonly Seal[];
  onProgress?: (events: number) => void;
}

/**
 * Checks every event's hash, every stream's chain, every seal's signature, and that the log leads to every seal's root.
 *
 * @throws LogBroken at the first event at which the log is not what it was
 */
export async function verifyLog(options: VerifyOptions): Promise<VerifiedLog> {
  const { store, pool, verifier, kept = [] } = options;
  const roots = new Map<number, { rootHash: string; eventId: string }>();
  // A log may hold more seals than a function takes arguments: the largest is found on the way.
  let last = 0;
  const inLog = await readSeals(store);
  for (const { eventId, seal } of [...inLog, ...kept.map((seal) => ({ eventId: 'kept elsewhere', seal }))]) {
    if (!seal || !verifier.verifies(seal)) {
      throw new LogBroken(
        'signature',
        eventId,
        `The seal ${eventId} was not made by the key ${verifier.keyId}`,
      );
    }
    const { treeSize, rootHash } = seal;
    const known = roots.get(treeSize);
    if (known && known.rootHash !== rootHash) {
      throw new LogBroken(
        'root',
        eventId,
        `Two seals of ${treeSize} events differ: ${known.eventId} and ${eventId}`,
      );
    }
    roots.set(treeSize, known ?? { rootHash, eventId });
    last = Math.max(last, treeSize);
  }
  const listOfSealedEvents = await leadsToSeals(pool, roots, last);
  const sealed = listOfSealedEvents ? everySealedEvent(pool) : undefined;
  const ends = new Map<string, ChainEnd>();
  const frontier = new MerkleFrontier();
  for await (const event of everyEvent(store)) {
    const expected = await sealed?.next();
    if (expected && !expected.done) await checkSealed(store, pool, event, expected.value);
    frontier.append(leafHash(checkChain(event, ends)));
    checkRoot(frontier, roots);
    options.onProgress?.(frontier.size);
  }
  const expected = await sealed?.next();
  if (expected && !expected.done) {
    const { eventId } = expected.value;
    throw new LogBroken('missing', eventId, `The event ${eventId} was sealed, and the log ends before it`);
  }
  if (frontier.size < last) {
    const eventId = roots.get(last)?.eventId ?? '';
    throw new LogBroken(
      'missing',
      eventId,
      `The seal ${eventId} covers ${last} events; the log has ${frontier.size}`,
    );
  }
  return {
    ...{ events: frontier.size, streams: ends.size, seals: inLog.length, sealedEvents: last },
    listOfSealedEvents,
  };
}

/** Whether the list of sealed events is the one that was sealed. */
async function leadsToSeals(
  pool: Pool,
  roots: ReadonlyMap<number, { rootHash: string }>,
  last: number,
): Promise<boolean> {
  const frontier = new MerkleFrontier();
  for await (const { hash } of everySealedEvent(pool)) {
    frontier.append(leafHash(hash));
    const root = roots.get(frontier.size);
    if (root && root.rootHash !== frontier.root()) return false;
  }
  return frontier.size >= last;
}

async function checkSealed(
  store: EventStore,
  pool: Pool,
  event: StoredEvent,
  expected: SealedEvent,
): Promise<void> {
  const { id, type, stream, revision, metadata } = event;
  const place = `${type} ${id}, event ${revision} of ${stream}`;
  if (id === expected.eventId) {
    // By another hand it may be anything.
    if ((metadata as Partial<typeof metadata> | null)?.hash === expected.hash) return;
    throw new LogBroken('changed', id, `${place}, is not what was sealed`);
  }
  // Something newer may have come up into the place of what is gone: where a seal ends, and all after it is not sealed yet.
  if ((await isSealedEvent(pool, id)) || !(await isInLog(store, expected.eventId))) {
    throw new LogBroken(
      'missing',
      expected.eventId,
      `The event ${expected.eventId} was sealed where ${place}, stands now`,
    );
  }
  throw new LogBroken('inserted', id, `${place}, was not there when the log was sealed`);
}

/** Reads the whole log: asked only once it is known to be broken. */
async function isInLog(store: EventStore, eventId: string): Promise<boolean> {
  for await (const { id } of everyEvent(store)) if (id === eventId) return true;
  return false;
}

function checkChain(event: StoredEvent, ends: Map<string, ChainEnd>): string {
  const { id, type, stream, revision } = event;
  try {
    const hash = verifyHash(event);
    ends.set(stream, followChain(ends.get(stream) ?? CHAIN_START, event));
    return hash;
  } catch (error) {
    if (!(error instanceof EventTampered)) throw error;
    const isChanged = error.reason === 'hash_mismatch';
    const message = isChanged
      ? `${type} ${id}, event ${revision} of ${stream}, was changed after it was written`
      : `${type} ${id}, event ${revision} of ${stream}, does not follow the event before it`;
    throw new LogBroken(isChanged ? 'changed' : 'chain', id, message);
  }
}

function checkRoot(
  frontier: MerkleFrontier,
  roots: ReadonlyMap<number, { rootHash: string; eventId: string }>,
): void {
  const seal = roots.get(frontier.size);
  if (!seal || seal.rootHash === frontier.root()) return;
  let before = 0;
  for (const size of roots.keys()) if (size < frontier.size) before = Math.max(before, size);
  throw new LogBroken(
    'root',
    seal.eventId,
    `Something among the events ${before + 1} to ${frontier.size} of the log is not what the seal ${seal.eventId} covers`,
  );
}
