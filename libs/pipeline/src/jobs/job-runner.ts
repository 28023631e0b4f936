import { randomUUID } from 'node:crypto';
import { PostgresListener, withPatience } from '@voxpersona/platform';
import { JobRecord, Lane } from './job';
import { JobFailure, JobQueue, JOBS_CALLED_OFF_CHANNEL, JOBS_CHANNEL, LEASE_SECONDS } from './job-queue';
import { isPoisonous, outcomeOf, RetryPolicy } from './run-outcome';

/** Carries out one job. `signal` aborts when the job is called off or the process shuts down. */
export type RunJob = (record: JobRecord, signal: AbortSignal) => Promise<void>;

/** Appends the failure of a job that is given up. */
export type RecordGivingUp = (record: JobRecord, failure: JobFailure, attempts: number) => Promise<void>;

export interface JobRunnerLog {
  log(message: string): void;
  warn(message: string): void;
  error(message: string, stack?: string): void;
}

export interface JobRunnerOptions {
  /** Places per lane in this process. */
  places: Readonly<Record<Lane, number>>;
  policy: RetryPolicy;
  log: JobRunnerLog;
}

/** Looks for due jobs at least so often, should a notification be lost. */
const FALLBACK_POLL_MS = 30_000;
/** Time for an aborted job to clean up and be handed back. */
const ABORT_PATIENCE_MS = 5_000;
/** A database that does not answer is not waited for. */
const CLAIM_PATIENCE_MS = 500;
const HEARTBEAT_MS = (LEASE_SECONDS * 1_000) / 3;
const LANES: readonly Lane[] = [
  ...(['media', 'listening-copy', 'speech-to-text', 'language-model'] as const),
  ...(['indexing', 'reembedding', 'vector-repair', 'reprocessing', 'chat', 'housekeeping'] as const),
];

interface Running {
  lane: Lane;
  abort: AbortController;
  finished: Promise<void>;
}

/**
 * Takes jobs from the queue and runs them, each lane within its places. A worker's leases are renewed by heartbeat;
 * a job whose lease was lost is aborted, because another worker may have it.
 */
export class JobRunner {
  /** Identity of this worker for as long as the process lives. */
  readonly worker = randomUUID();
  private readonly running = new Map<string, Running>();
  private timer: NodeJS.Timeout | undefined;
  private claiming: Promise<void> | undefined;
  private claimAgain = false;
  /** Lanes that had no place left when jobs were claimed last: more may be due. */
  private readonly full = new Set<Lane>();
  private heartbeat: NodeJS.Timeout | undefined;
  private readonly unsubscribe: (() => void)[] = [];
  private accepting = false;

  constructor(
    private readonly queue: JobQueue,
    private readonly listener: PostgresListener,
    private readonly runJob: RunJob,
    private readonly recordGivingUp: RecordGivingUp,
    private readonly options: JobRunnerOptions,
  ) {}

  start(): void {
    this.accepting = true;
    this.unsubscribe.push(
      this.listener.subscribe(JOBS_CHANNEL, () => this.wake()),
      // A job that was called off has lost its lease: this worker finds out now instead of at the next heartbeat.
      this.listener.subscribe(JOBS_CALLED_OFF_CHANNEL, () => void this.renewLeases()),
    );
    this.heartbeat = setInterval(() => void this.renewLeases(), HEARTBEAT_MS);
    this.wake();
  }

  /**
   * Takes nothing new, lets what runs finish within `graceMs`, then aborts it and hands it back to the queue.
   */
  async stop(graceMs: number): Promise<void> {
    this.accepting = false;
    for (const unsubscribe of this.unsubscribe.splice(0)) unsubscribe();
    clearTimeout(this.timer);
    await withPatience(this.claiming ?? Promise.resolve(), CLAIM_PATIENCE_MS);
    const finished = Promise.all([...this.running.values()].map((run) => run.finished));
    await withPatience(finished, graceMs);
    for (const run of this.running.values()) run.abort.abort();
    // A job that does not heed its signal is left to its lease, which runs out.
    await withPatience(finished, ABORT_PATIENCE_MS);
    clearInterval(this.heartbeat);
  }

  get runningCount(): number {
    return this.running.size;
  }

  /** Claims for all lanes; a wake-up during a claim leads to one more claim after it. */
  private wake(): void {
    if (!this.accepting) return;
    if (this.claiming) {
      this.claimAgain = true;
      return;
    }
    this.claimAgain = false;
    this.claiming = this.claim().finally(() => {
      this.claiming = undefined;
      if (this.claimAgain) this.wake();
    });
  }

  private async claim(): Promise<void> {
    clearTimeout(this.timer);
    let next = FALLBACK_POLL_MS;
    try {
      const places = this.freePlaces();
      // With no place free, the next finished job wakes it.
      if (places.size === 0) return;
      const { records, nextDueMs } = await this.queue.claim(this.worker, places, [...this.running.keys()]);
      for (const record of records) {
        if (this.accepting) this.begin(record);
        else await this.queue.putBack(this.worker, record.id, 0, null);
      }
      this.noteMoreThan(records, places);
      next = Math.min(next, nextDueMs ?? next);
    } catch (error) {
      this.options.log.warn(`Cannot claim jobs: ${describe(error)}`);
      next = 1_000;
    }
    if (this.accepting) this.timer = setTimeout(() => this.wake(), Math.max(next, 5));
  }

  /**
   * A lane that gave as many jobs as it could may hold more. Those are claimed when a place is free: at once where a job has
   * finished while these were claimed, for that one has woken nobody.
   */
  private noteMoreThan(records: readonly JobRecord[], places: ReadonlyMap<Lane, number>): void {
    const free = this.freePlaces();
    for (const [lane, asked] of places) {
      const given = records.filter((record) => record.lane === lane).length;
      if (given < asked) continue;
      this.full.add(lane);
      if (free.has(lane)) this.claimAgain = true;
    }
  }

  /** Free places by lane, without lanes that have none: those are noted as full. */
  private freePlaces(): Map<Lane, number> {
    const places = new Map<Lane, number>();
    for (const lane of LANES) {
      const taken = [...this.running.values()].filter((run) => run.lane === lane).length;
      const free = this.options.places[lane] - taken;
      if (free > 0) places.set(lane, free);
      else this.full.add(lane);
    }
    return places;
  }

  private begin(record: JobRecord): void {
    const abort = new AbortController();
    const finished = this.execute(record, abort.signal).then((isOver) => {
      this.running.delete(record.id);
      // Where there was a place before, everything that is due has been claimed.
      if (this.full.delete(record.lane) || !isOver) this.wake();
    });
    this.running.set(record.id, { lane: record.lane, abort, finished });
  }

  /**
   * Never rejects: what cannot be written now is left to the lease, which runs out.
   *
   * @returns false where the job is to run again
   */
  private async execute(record: JobRecord, signal: AbortSignal): Promise<boolean> {
    try {
      if (isPoisonous(record)) {
        await this.giveUp(record, { code: 'interrupted_too_often', provider: null, requestId: null });
        return true;
      }
      try {
        await this.runJob(record, signal);
      } catch (error) {
        await this.afterFailure(record, error, signal);
        return false;
      }
      await this.queue.finish(this.worker, record.id, 'done');
      return true;
    } catch (error) {
      this.options.log.warn(`${describeJob(record)}: its outcome cannot be written: ${describe(error)}`);
      return false;
    }
  }

  private async afterFailure(record: JobRecord, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      await this.queue.putBack(this.worker, record.id, 0, null);
      return;
    }
    const outcome = outcomeOf(error, record, this.options.policy, Math.random);
    switch (outcome.kind) {
      case 'drop':
        await this.queue.finish(this.worker, record.id, 'cancelled');
        return;
      case 'again': {
        const { delayMs, failure, counted } = outcome;
        this.options.log.warn(
          `${describeJob(record)}: ${describe(error)}; again in ${Math.round(delayMs)} ms`,
        );
        await this.queue.putBack(this.worker, record.id, delayMs, { ...failure, counted });
        return;
      }
      case 'park':
        this.options.log.error(
          `${describeJob(record)}: given up: ${describe(error)}`,
          outcome.failure.code === 'internal_error' && error instanceof Error ? error.stack : undefined,
        );
        await this.giveUp(record, outcome.failure);
    }
  }

  /** The event first, the row second: a crash between the two repeats the event's command, which has the same id. */
  private async giveUp(record: JobRecord, failure: JobFailure): Promise<void> {
    await this.recordGivingUp(record, failure, record.attempts + 1);
    await this.queue.park(this.worker, record.id, failure);
  }

  private async renewLeases(): Promise<void> {
    if (this.running.size === 0) return;
    try {
      const asked = [...this.running];
      const held = await this.queue.renew(
        this.worker,
        asked.map(([id]) => id),
      );
      for (const [id, run] of asked) if (!held.has(id)) run.abort.abort();
    } catch (error) {
      this.options.log.warn(`Leases cannot be renewed: ${describe(error)}`);
    }
  }
}

function describeJob({ id, job }: JobRecord): string {
  return `Job ${job.type} ${id} of recording ${job.recordingId}`;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
