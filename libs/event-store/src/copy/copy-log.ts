import { setTimeout as sleep } from 'node:timers/promises';
import { verifyHash } from '../codec/hash-chain';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../port/errors';
import { EventStore, EventToAppend, StoredEvent } from '../port/event-store';
import { everyEvent } from '../port/every-event';

/** The target holds something that the source does not: it is not the beginning of a copy. */
export class LogsDiffer extends Error {
  constructor(
    /** How many events are the same in both, from the beginning. */
    readonly same: number,
    readonly source: StoredEvent | undefined,
    readonly target: StoredEvent,
  ) {
    const named = ({ type, id, stream, revision }: StoredEvent): string =>
      `${type} ${id} (${stream}, revision ${revision})`;
    super(
      `The logs differ after ${same} events: the target holds ${named(target)}, ` +
        `the source ${source ? named(source) : 'nothing more'}. Copy into an empty log`,
    );
    this.name = 'LogsDiffer';
  }
}

export interface CopyProgress {
  phase: 'comparing' | 'copying' | 'verifying';
  /** Events done in this phase. */
  events: number;
}

export interface CopyOptions {
  onProgress?: (progress: CopyProgress) => void;
  signal?: AbortSignal;
}

export interface CopyResult {
  /** Events in both logs. */
  events: number;
  /** Of these, written by this run; the others were there from one before. */
  copied: number;
}

const TELL_EVERY = 1_000;
/** Events of one stream that follow each other are appended together, up to so many and so many bytes. */
const BATCH_EVENTS = 100;
const BATCH_BYTES = 256 * 1024;
const TRIES = 8;
const RETRY_MS = 250;

/**
 * Copies every event of a log into another, in the global order of the source, byte for byte: ids, revisions and hashes stay
 * what they are, only positions are the target's own. What the target holds already is compared first, so a run that was
 * interrupted is simply started again. Nobody else may write to either log meanwhile. Afterwards what was written is read
 * back and compared, its hashes computed anew.
 *
 * @throws LogsDiffer, EventTampered for an event whose hash does not hold on either side, EventTooLarge
 */
export async function copyLog(
  source: EventStore,
  target: EventStore,
  { onProgress, signal }: CopyOptions = {},
): Promise<CopyResult> {
  const tell = (phase: CopyProgress['phase'], events: number): void => onProgress?.({ phase, events });
  const from = everyEvent(source, signal);
  const there = await compare(from, everyEvent(target, signal), (events) => tell('comparing', events));
  let copied = 0;
  for await (const batch of inBatches(there.ahead, from)) {
    signal?.throwIfAborted();
    await append(target, batch);
    copied += batch.length;
    tell('copying', copied);
  }
  const events = there.same + copied;
  const verified = await compare(everyEvent(source, signal), everyEvent(target, signal), (count) =>
    tell('verifying', count),
  );
  if (verified.same !== events || verified.ahead) {
    throw new Error(
      `The target holds ${verified.same} of the events, the source more: was it written to meanwhile?`,
    );
  }
  return { events, copied };
}

/**
 * Goes through both logs until the target ends.
 *
 * @returns the number of events in the target, and the source's first event behind them
 */
async function compare(
  source: AsyncIterator<StoredEvent>,
  target: AsyncIterable<StoredEvent>,
  onSame: (count: number) => void,
): Promise<{ same: number; ahead: StoredEvent | undefined }> {
  let same = 0;
  let ahead = await taken(source);
  for await (const event of target) {
    verifyHash(event);
    if (!ahead || !isSame(ahead, event)) throw new LogsDiffer(same, ahead, event);
    same += 1;
    if (same % TELL_EVERY === 0) onSame(same);
    ahead = await taken(source);
  }
  return { same, ahead };
}

/** The next event, its hash verified. */
async function taken(source: AsyncIterator<StoredEvent>): Promise<StoredEvent | undefined> {
  const next = await source.next();
  if (next.done) return undefined;
  verifyHash(next.value);
  return next.value;
}

function isSame(one: StoredEvent, other: StoredEvent): boolean {
  // The hash is over everything that the writer decided, and was verified on both sides.
  return (
    one.id === other.id &&
    one.stream === other.stream &&
    one.revision === other.revision &&
    one.metadata.hash === other.metadata.hash
  );
}

async function* inBatches(
  first: StoredEvent | undefined,
  rest: AsyncIterator<StoredEvent>,
): AsyncGenerator<StoredEvent[]> {
  let batch: StoredEvent[] = [];
  let bytes = 0;
  for (let event = first; event; event = await taken(rest)) {
    const size = Buffer.byteLength(JSON.stringify([event.data, event.metadata]));
    const isFull = batch.length >= BATCH_EVENTS || bytes + size > BATCH_BYTES;
    if (batch.length > 0 && (isFull || batch[0]?.stream !== event.stream)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** Sends the same bytes at the same revision until it is known what became of them. */
async function append(target: EventStore, batch: readonly StoredEvent[]): Promise<void> {
  const [first] = batch;
  if (!first) return;
  const expected = first.revision === 0 ? 'no_stream' : first.revision - 1;
  const events = batch.map(({ id, type, data, metadata }): EventToAppend => ({ id, type, data, metadata }));
  for (let attempt = 1; ; attempt += 1) {
    try {
      await target.append(first.stream, events, expected);
      return;
    } catch (error) {
      const isUnclear = error instanceof AppendOutcomeUnknown || error instanceof EventStoreUnavailable;
      if (!isUnclear || attempt >= TRIES) throw error;
      await sleep(RETRY_MS * attempt);
    }
  }
}
