import { DomainEvent, embedderName, RecordedEmbedder } from '@voxpersona/domain';
import {
  EventFilter,
  EventNotHandled,
  FollowerLog,
  isPassing,
  LogEvent,
  LogFollower,
  LogReader,
  Position,
  Recorded,
  StoredEvent,
  toPosition,
} from '@voxpersona/event-store';
import {
  VectorFilter,
  VectorHit,
  VectorIndexDigest,
  VectorIndexLost,
  VectorIndexState,
} from '@voxpersona/vector-index';
import { VectorRepairs, VectorStore } from '@voxpersona/vector-store';
import { OneAtATime } from '../generations/one-at-a-time';
import { DurableVectorIndex } from './durable-vector-index';
import { Lacking, LackingVectors, sourceIdOf } from './lacking-vectors';

type PassagesEmbedded = Extract<Recorded<DomainEvent>, { type: 'PassagesEmbedded' }>;

const FILTER: EventFilter = {
  types: [
    ...['PassagesEmbedded', 'TranscriptAssembled', 'NoSpeechFound', 'TranscriptRejected'],
    ...['ReportRejected', 'RecordingErased', 'ReportErased'],
  ],
};

/** Looks so often whether missing vectors are there, should a notification be lost. */
const LOOK_AGAIN_MS = 30_000;

/** Changed vectors after which a snapshot is written. */
const SNAPSHOT_EVERY = 1_000;

/** The index is not there yet, or not there again: ask later. Nothing is answered from a part of it. */
export class VectorIndexNotReady extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'VectorIndexNotReady';
  }
}

export interface ReplicaOptions {
  snapshotEvery?: number;
  /** Keeps note of an event that could not be applied; without it the replica halts there. */
  park?: (event: StoredEvent, reason: string) => Promise<void>;
  /** Has missing vectors made again; without it they are only reported. */
  repairs?: VectorRepairs;
  lookAgainMs?: number;
}

/**
 * This process's own vector index, kept by following the log. Vectors are read from the vector store, never made here:
 * a rebuild costs no embedding. It answers only when it holds all of the log: after the loss of the process that holds
 * it, a search waits until it has caught up again, rather than find less than before.
 *
 * A vector that an event names and that the store does not hold is reported, made again by a job, and taken in when it is
 * there. Until then the passage is found by its words.
 */
export class VectorIndexReplica extends LogFollower {
  private readonly waiting = new Set<() => void>();
  private complete = false;
  private ended = false;
  private changes = 0;
  private readonly snapshotEvery: number;
  private readonly park: ReplicaOptions['park'];
  private readonly repairs: VectorRepairs | undefined;
  private readonly lookAgainMs: number;
  private readonly lacking = new LackingVectors();
  private readonly changing = new OneAtATime();
  /** Asked-for digests, by the position that they are of. */
  private readonly digests = new Map<Position, ((digest: VectorIndexDigest | null) => void)[]>();
  readonly embedder: string;

  constructor(
    private readonly reader: LogReader<DomainEvent>,
    private readonly vectors: VectorStore,
    private readonly index: DurableVectorIndex,
    embedder: RecordedEmbedder,
    log: FollowerLog,
    options: ReplicaOptions = {},
  ) {
    super('vector-index', log);
    this.embedder = embedderName(embedder);
    this.snapshotEvery = options.snapshotEvery ?? SNAPSHOT_EVERY;
    this.park = options.park;
    this.repairs = options.repairs;
    this.lookAgainMs = options.lookAgainMs ?? LOOK_AGAIN_MS;
  }

  /** Vectors that events name and that the store does not hold. */
  get missingVectors(): number {
    return this.lacking.count;
  }

  /** True when it holds everything that was in the log when it last looked. */
  get isComplete(): boolean {
    return this.complete;
  }

  /** Position of the last event in the log. */
  head(): Promise<Position> {
    return this.reader.store.head();
  }

  /** Null while the process of the index is not there. */
  async indexState(): Promise<VectorIndexState | null> {
    return this.index.state().catch(() => null);
  }

  /** Waits until the log is applied up to `position`; false when it took longer than `patienceMs`. */
  async waitFor(position: Position, patienceMs: number): Promise<boolean> {
    return this.waitUntil(() => this.status.position >= position, Date.now() + patienceMs);
  }

  /**
   * The nearest vectors, from a complete index only.
   *
   * @throws VectorIndexNotReady when it is not complete within `patienceMs`, InvalidVector
   */
  async search(
    vector: Float32Array,
    k: number,
    filter: VectorFilter,
    patienceMs: number,
  ): Promise<VectorHit[]> {
    const deadline = Date.now() + patienceMs;
    while (await this.waitUntil(() => this.complete, deadline)) {
      try {
        return await this.index.search(vector, k, filter);
      } catch (error) {
        if (!(error instanceof VectorIndexLost)) throw error;
        this.complete = false;
      }
    }
    throw new VectorIndexNotReady('The vector index is being built. Ask again soon.');
  }

  /**
   * What the index holds when it has applied the log up to exactly this position.
   *
   * @returns null where it was past it already, or ended before
   */
  digestAt(position: Position): Promise<VectorIndexDigest | null> {
    return new Promise((resolve) => {
      if (this.ended || this.status.position > position) {
        resolve(null);
        return;
      }
      this.digests.set(position, [...(this.digests.get(position) ?? []), resolve]);
      if (this.complete && this.status.position === position)
        void this.giveDigests((asked) => asked === position);
    });
  }

  /** Forgets what it keeps on disk; for an index that is no longer wanted. */
  async discard(): Promise<void> {
    await this.end();
    await this.index.deleteSnapshot().catch(() => undefined);
    this.index.close();
  }

  override async stop(): Promise<void> {
    await this.end();
    this.index.close();
  }

  private async end(): Promise<void> {
    this.ended = true;
    await super.stop();
    await this.changing.inTurn(() => Promise.resolve());
    this.complete = false;
    await this.giveDigests(null);
    this.wakeAll();
  }

  /** Answers who asked for a position that is due: what is held now is what was held there. Null: nobody gets one. */
  private async giveDigests(isDue: ((position: Position) => boolean) | null): Promise<void> {
    for (const [position, waiting] of [...this.digests]) {
      if (isDue !== null && !isDue(position)) continue;
      this.digests.delete(position);
      const digest = isDue === null ? null : await this.index.digest().catch(() => null);
      for (const give of waiting) give(digest);
    }
  }

  protected async follow(signal: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const unsubscribe = this.index.onLost(() => {
      this.complete = false;
      lost.abort();
    });
    const stopLooking = this.lookForMissing();
    try {
      let position = await this.open();
      const both = AbortSignal.any([signal, lost.signal]);
      for await (const item of this.reader.subscribe({ after: position, filter: FILTER, signal: both })) {
        if (item.kind === 'event') {
          const { position: at } = item.event.stored;
          await this.giveDigests((asked) => asked < at);
          const before = position;
          await this.changing.inTurn(() => this.handle(item.event, before));
          position = at;
        } else {
          position = item.position;
          const at = position;
          await this.giveDigests((asked) => asked <= at);
        }
        this.complete ||= item.kind === 'caughtUp';
        this.reached(position, item.kind === 'caughtUp');
        this.wakeAll();
        if (this.complete && this.lacking.hasChanged) await this.changing.inTurn(() => this.settle());
        if (this.complete && this.changes >= this.snapshotEvery) await this.save(position);
      }
      if (lost.signal.aborted) throw new VectorIndexLost('The process of the vector index has ended');
      if (this.changes > 0) await this.save(position);
    } finally {
      unsubscribe();
      stopLooking();
    }
  }

  protected override isPassing(error: unknown): boolean {
    return error instanceof VectorIndexLost || super.isPassing(error);
  }

  private async open(): Promise<Position> {
    this.complete = false;
    const { position, snapshotProblem } = await this.index.open(await this.reader.store.logId());
    if (snapshotProblem !== null) {
      this.log.warn(
        `The snapshot of the vector index cannot be used and is rebuilt from the stored vectors: ${snapshotProblem}`,
      );
    }
    this.changes = 0;
    this.lacking.clear();
    const reached = toPosition(position);
    this.reached(reached, false);
    return reached;
  }

  private async save(position: Position): Promise<void> {
    const changes = this.changes;
    // The next start comes to the events again whose vectors are missing: they may be there by then.
    const problem = await this.index.saveSnapshot(this.lacking.readFrom ?? position);
    // Also after a failure: the next try comes after as many changes again, not with every event.
    this.changes = 0;
    if (problem === null) return;
    this.log.warn(
      `A snapshot of the vector index could not be written (${problem}); the next start reads ${changes} changes again`,
    );
  }

  private async handle(event: LogEvent<DomainEvent>, before: Position): Promise<void> {
    const { stored } = event;
    try {
      const decoded = await event.decode();
      if (decoded.known) await this.apply(decoded.event, before);
    } catch (error) {
      if (isPassing(error) || error instanceof VectorIndexLost) throw error;
      const fault = new EventNotHandled(stored, error);
      if (!this.park) throw fault;
      await this.park(stored, fault.reason);
      this.log.error(`The vector index goes on without ${stored.type} ${stored.id}: ${fault.message}`);
    }
  }

  private async apply(event: Recorded<DomainEvent>, before: Position): Promise<void> {
    switch (event.type) {
      case 'PassagesEmbedded':
        return this.add(event, before);
      case 'TranscriptAssembled':
      case 'NoSpeechFound':
        return this.removeRecording(event.data.recordingId);
      case 'TranscriptRejected':
        return event.data.restored ? this.removeRecording(event.data.recordingId) : undefined;
      case 'ReportRejected':
      case 'ReportErased':
        this.changes += 1;
        this.lacking.removeSource(event.data.reportId);
        return this.index.removeSource(event.data.reportId);
      case 'RecordingErased':
        // Its snapshot is gone: the next one comes as soon as all is read.
        this.changes += this.snapshotEvery;
        this.lacking.removeRecording(event.data.recordingId);
        return this.index.eraseRecording(event.data.recordingId);
      default:
        return undefined;
    }
  }

  private async removeRecording(recordingId: string): Promise<void> {
    this.changes += 1;
    this.lacking.removeRecording(recordingId);
    await this.index.removeRecording(recordingId);
  }

  private async add(event: PassagesEmbedded, before: Position): Promise<void> {
    const { data, id: eventId, position, metadata } = event;
    // Vectors of another embedder belong to another index.
    if (embedderName(data.embedder) !== this.embedder) return;
    const { recordingId, owner, source, passageIds } = data;
    const { $correlationId: correlationId, actor } = metadata;
    await this.take({
      ...{ eventId, position, before, recordingId, source, passageIds, owner, correlationId },
      workspaceId: actor.owner,
    });
  }

  /** Takes in what the store holds of these; what it does not hold is lacking from now on. */
  private async take(wanted: Lacking, isWanted: () => boolean = () => true): Promise<void> {
    const { recordingId, source, passageIds, owner } = wanted;
    const { stored, missing } = await this.vectors.find(recordingId, this.embedder, passageIds);
    if (!isWanted()) return;
    await this.index.upsert(
      stored.map(({ passageId: id, vector }) => ({
        ...{ id, recordingId, source: source.kind, sourceId: sourceIdOf(wanted), owner, vector },
      })),
    );
    this.changes += stored.length;
    this.lacking.set({ ...wanted, passageIds: missing });
  }

  /** Looks for missing vectors when some were stored again, and now and then. @returns ends it */
  private lookForMissing(): () => void {
    const look = (): void => {
      if (!this.complete || (this.lacking.count === 0 && !this.lacking.hasChanged)) return;
      void this.changing.inTurn(() => this.settle());
    };
    const timer = setInterval(() => {
      // What is still missing is reported once more: the job may have ended without its vectors.
      if (this.lacking.count > 0) this.lacking.unsettle();
      look();
    }, this.lookAgainMs);
    const unsubscribe = this.repairs?.onRepaired(look);
    return () => {
      clearInterval(timer);
      unsubscribe?.();
    };
  }

  /** Takes in what is there by now, and makes known what is not. Never rejects: the next look does the rest. */
  private async settle(): Promise<void> {
    const { position } = this.status;
    try {
      const before = this.lacking.count;
      for (const entry of this.lacking.entries) await this.take(entry, () => this.lacking.has(entry));
      this.tellOfMissing(before);
      if (!this.lacking.hasChanged) return;
      await this.repairs?.settle(this.embedder, position, this.lacking.entries);
      this.lacking.settled();
    } catch (error) {
      // A lost process is opened anew, and comes here again.
      if (error instanceof VectorIndexLost) return;
      this.log.warn(
        `Missing vectors cannot be reported: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  private tellOfMissing(before: number): void {
    for (const { eventId, recordingId, passageIds } of this.lacking.untold) {
      this.log.error(
        `Vectors missing from the index of ${this.embedder}: ${passageIds.length}, named by PassagesEmbedded ${eventId} of ` +
          `recording ${recordingId}. They are not in the vector store; search finds these passages by words alone`,
      );
    }
    if (before > 0 && this.lacking.count === 0) {
      this.log.warn(`No vectors are missing from the index of ${this.embedder} any more`);
    }
    this.lacking.tellAll();
  }

  private async waitUntil(isTrue: () => boolean, deadline: number): Promise<boolean> {
    while (!isTrue()) {
      if (this.ended) return false;
      const left = deadline - Date.now();
      if (left <= 0) return false;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, left);
        this.waiting.add(done);
      });
    }
    return true;
  }

  private wakeAll(): void {
    for (const wake of [...this.waiting]) wake();
  }
}
