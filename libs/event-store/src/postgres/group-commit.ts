import { cutConnection, isDatabaseFailure, isDatabaseOutage, sqlState } from '@voxpersona/platform';
import { Pool } from 'pg';
import { AppendOutcomeUnknown, DuplicateEventId, EventStoreUnavailable } from '../port/errors';
import { AppendResult } from '../port/event-store';
import { Append, AppendVerdict, appendBatch } from './append-batch';

interface Waiting {
  append: Append;
  /** `performance.now()` of the call. */
  since: number;
  resolve: (result: AppendResult) => void;
  reject: (error: Error) => void;
}

/** What one call may carry. The lock is held for as long as the database takes to insert it. */
const MAX_EVENTS_PER_BATCH = 1_000;
const MAX_APPENDS_PER_BATCH = 500;
/** An append that is larger travels alone. */
const MAX_BYTES_PER_BATCH = 4 * 1024 * 1024;

/**
 * Group commit: while one call is on its way, appends gather for the next. Under load many writers share one lock, one flush
 * to disk and one notification; a lone writer waits for nobody. A batch is a single statement, so a process that stops, or a
 * host that is lost, leaves no lock behind.
 */
export class GroupCommit {
  private queue: Waiting[] = [];
  private underWay: readonly Waiting[] = [];
  private draining = false;
  private batches = 0;

  /** @param pool its sessions have time limits, see `openAppendPool` */
  constructor(private readonly pool: Pool) {}

  /** Batches committed so far. */
  get committedBatches(): number {
    return this.batches;
  }

  /** Milliseconds for which the oldest append without an answer has been waiting; 0 for none. */
  get oldestWaitMs(): number {
    const oldest = this.underWay[0] ?? this.queue[0];
    return oldest ? performance.now() - oldest.since : 0;
  }

  append(append: Append): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.queue.push({ append, since: performance.now(), resolve, reject });
      if (!this.draining) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.draining = true;
    // Appends of the same turn of the event loop travel together.
    await Promise.resolve();
    while (this.queue.length > 0) {
      this.underWay = this.nextBatch();
      await this.write(this.underWay);
      this.underWay = [];
    }
    this.draining = false;
  }

  /** Takes what is oldest. A second append to the same stream waits for the batch after. */
  private nextBatch(): Waiting[] {
    const batch: Waiting[] = [];
    let left: Waiting[] = [];
    const streams = new Set<string>();
    let events = 0;
    let bytes = 0;
    for (const [index, waiting] of this.queue.entries()) {
      const { append } = waiting;
      if (streams.has(append.stream)) {
        left.push(waiting);
        continue;
      }
      events += append.events.length;
      bytes += append.bytes;
      const isFull =
        events > MAX_EVENTS_PER_BATCH || bytes > MAX_BYTES_PER_BATCH || batch.length >= MAX_APPENDS_PER_BATCH;
      if (isFull && batch.length > 0) {
        left = left.concat(this.queue.slice(index));
        break;
      }
      streams.add(append.stream);
      batch.push(waiting);
    }
    this.queue = left;
    return batch;
  }

  /** Never rejects: every waiting append gets its own answer. */
  private async write(batch: readonly Waiting[]): Promise<void> {
    try {
      const verdicts = await this.call(batch.map(({ append }) => append));
      this.batches += 1;
      batch.forEach((waiting, index) => settle(waiting, verdicts[index]));
    } catch (error) {
      // The statement failed because of one append: alone, each finds out whether it is the one.
      if (!isOutage(error) && batch.length > 1) {
        for (const waiting of batch) await this.write([waiting]);
        return;
      }
      for (const { append, reject } of batch) reject(rejection(append, error));
    }
  }

  private async call(appends: readonly Append[]): Promise<AppendVerdict[]> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw new EventStoreUnavailable(error);
    });
    let isBroken = false;
    try {
      return await appendBatch(client, appends);
    } catch (error) {
      const failure = meaningOf(error);
      isBroken = isOutage(failure);
      throw failure;
    } finally {
      // pg would take leave of a server that may be gone.
      if (isBroken) cutConnection(client);
      client.release(isBroken);
    }
  }
}

/** The statement was sent, and its answer never came: it may have been committed, or may still be. */
class AnswerLost extends Error {}

/**
 * SQLSTATE classes after which the session is over, or may be: the statement may have been committed just before.
 * Connection, end of the session by a timeout, cancelled or shut down, system and internal errors.
 */
const UNCLEAR = /^(08|25P|57|58|F0|XX)/;
/** pg's words for a connection that was lost before the statement was sent on it. */
const NEVER_SENT = /not queryable/;

/** What a failure of the statement says of the events. */
function meaningOf(error: unknown): unknown {
  const state = sqlState(error);
  if (state !== undefined && !UNCLEAR.test(state)) {
    return isDatabaseFailure(error) || isDatabaseOutage(error) ? new EventStoreUnavailable(error) : error;
  }
  if (error instanceof Error && NEVER_SENT.test(error.message)) return new EventStoreUnavailable(error);
  return new AnswerLost('The answer to an append was lost', { cause: error });
}

/** True where it is not an append that is at fault. */
function isOutage(failure: unknown): boolean {
  return failure instanceof EventStoreUnavailable || failure instanceof AnswerLost;
}

function settle({ append, resolve, reject }: Waiting, verdict: AppendVerdict | undefined): void {
  if (verdict === undefined) reject(new Error(`No verdict on an append to ${append.stream}`));
  else if (verdict instanceof Error) reject(verdict);
  else resolve(verdict);
}

function rejection(append: Append, error: unknown): Error {
  if (error instanceof AnswerLost) return new AppendOutcomeUnknown(append.stream, error.cause);
  const violatesId = error instanceof Error && 'constraint' in error && error.constraint === 'events_id_key';
  if (violatesId) return new DuplicateEventId(append.stream, error);
  return error instanceof Error ? error : new Error(String(error));
}
