import { isDatabaseFailure } from '@voxpersona/platform';
import { Pool, PoolClient } from 'pg';
import { AppendOutcomeUnknown, DuplicateEventId, EventStoreUnavailable } from '../port/errors';
import { AppendResult } from '../port/event-store';
import { Append, AppendVerdict, beginBatch, commitBatch, writeBatch } from './append-batch';

interface Waiting {
  append: Append;
  resolve: (result: AppendResult) => void;
  reject: (error: Error) => void;
}

/** Events that share one transaction at most. */
const MAX_EVENTS_PER_BATCH = 1_000;

/**
 * Group commit: while one transaction is on its way, appends gather for the next. Under load many writers share one
 * lock, one flush to disk and one notification; a lone writer waits for nobody.
 */
export class GroupCommit {
  private readonly queue: Waiting[] = [];
  private draining = false;
  private batches = 0;

  constructor(private readonly pool: Pool) {}

  /** Transactions committed so far. */
  get committedBatches(): number {
    return this.batches;
  }

  append(append: Append): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.queue.push({ append, resolve, reject });
      if (!this.draining) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.draining = true;
    // Appends of the same turn of the event loop travel together.
    await Promise.resolve();
    while (this.queue.length > 0) await this.write(this.nextBatch());
    this.draining = false;
  }

  private nextBatch(): Waiting[] {
    let events = 0;
    let count = 0;
    for (const { append } of this.queue) {
      events += append.events.length;
      if (count > 0 && events > MAX_EVENTS_PER_BATCH) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  /** Never rejects: every waiting append gets its own answer. */
  private async write(batch: readonly Waiting[]): Promise<void> {
    try {
      const verdicts = await this.transact(batch.map(({ append }) => append));
      this.batches += 1;
      batch.forEach((waiting, index) => settle(waiting, verdicts[index]));
    } catch (error) {
      const known = error instanceof EventStoreUnavailable || error instanceof CommitUnclear;
      // A statement failed because of one append: alone, each finds out whether it is the one.
      if (!known && batch.length > 1) {
        for (const waiting of batch) await this.write([waiting]);
        return;
      }
      for (const { append, reject } of batch) reject(rejection(append, error));
    }
  }

  private async transact(appends: readonly Append[]): Promise<AppendVerdict[]> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw new EventStoreUnavailable(error);
    });
    let broken = false;
    try {
      await beginBatch(client);
      const verdicts = await writeBatch(client, appends);
      await commit(client);
      return verdicts;
    } catch (error) {
      const isUnclear = error instanceof CommitUnclear;
      const isOutage = !isUnclear && (isDatabaseFailure(error) || isLate(error));
      broken = isUnclear || isOutage;
      if (!broken) await client.query('ROLLBACK').catch(() => (broken = true));
      throw isOutage ? new EventStoreUnavailable(error) : error;
    } finally {
      client.release(broken);
    }
  }
}

/** The answer to a COMMIT never came. */
class CommitUnclear extends Error {}

async function commit(client: PoolClient): Promise<void> {
  try {
    await commitBatch(client);
  } catch (error) {
    // An answer from the server, even a refusal, is an answer; a broken or silent connection is not.
    const answered = error instanceof Error && 'severity' in error && !isDatabaseFailure(error);
    throw answered ? error : new CommitUnclear('The answer to a commit was lost', { cause: error });
  }
}

/** A statement of the batch was not answered in time, see `STATEMENT_MS`; pg says so by words only. */
function isLate(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

function settle({ append, resolve, reject }: Waiting, verdict: AppendVerdict | undefined): void {
  if (verdict === undefined) reject(new Error(`No verdict on an append to ${append.stream}`));
  else if (verdict instanceof Error) reject(verdict);
  else resolve(verdict);
}

function rejection(append: Append, error: unknown): Error {
  if (error instanceof CommitUnclear) return new AppendOutcomeUnknown(append.stream, error.cause);
  const violatesId = error instanceof Error && 'constraint' in error && error.constraint === 'events_id_key';
  if (violatesId) return new DuplicateEventId(append.stream, error);
  return error instanceof Error ? error : new Error(String(error));
}
