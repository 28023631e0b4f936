import {
  deriveId,
  DomainEvent,
  recordingDecider,
  RecordingState,
  sweepDecider,
  sweepsId,
} from '@voxpersona/domain';
import { Actors, EventCodec, EventStore, isPassing } from '@voxpersona/event-store';
import { isStoreOf } from '../originals';
import { ListedObject, ObjectStorage } from '../providers/object-storage';
import { ProviderFailure } from '../providers/provider-failure';
import { randomUUID } from 'node:crypto';

import { recordingOfKey, strayObjects } from './stray-objects';

/** What sweeps removed. */
export interface Swept {
  objects: number;
  bytes: number;
  /** Uploads that were never finished. */
  uploads: number;
}

export interface SweeperOptions {
  /** Younger objects stay: what names them may be under way. */
  afterMs: number;
  /** Milliseconds from the end of a sweep to the next one. */
  everyMs: number;
  log: { log(message: string): void; warn(message: string): void };
}

const PREFIX = 'recordings/';

/** One pass over the store. */
interface Sweep {
  startedAt: Date;
  /** Objects written after this moment stay. */
  before: Date;
  /** Whether the event store has acknowledged an append since the sweep began. */
  isAcknowledged: boolean;
}

/**
 * Removes objects that no event names: what a crash left between storing something and recording it, and what was stored for
 * an append that turned out not to be in the log. Only the log is asked what is named, right before deleting; read models may
 * be behind. Nothing is deleted before the event store has acknowledged an append of this sweep: a store that does so has also
 * settled every append before it, so that what it does not show then will not appear later. Objects are listed as a stream,
 * and only those of one recording are held at a time.
 */
export class Sweeper {
  /** Since this process started. */
  readonly totals: Swept = { objects: 0, bytes: 0, uploads: 0 };
  private readonly actors: Actors<DomainEvent>;
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly storage: ObjectStorage,
    private readonly store: EventStore,
    codec: EventCodec<DomainEvent>,
    private readonly options: SweeperOptions,
  ) {
    // Of its own: going through all recordings must not drive those that are at work out of the cache.
    this.actors = new Actors(store, codec, { maxCached: 1 });
  }

  /** Sweeps now, in the background, and then again and again. */
  start(): void {
    this.stopped = false;
    this.sweeping = this.sweepAndPlan();
  }

  /** Ends after the recording that is being looked at. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  /**
   * Goes through the store once.
   *
   * @throws EventStoreUnavailable, ProviderFailure `storage`: what was removed until then is in the totals
   */
  async sweep(): Promise<Swept> {
    const { objects, bytes, uploads } = this.totals;
    const startedAt = new Date();
    const before = new Date(startedAt.getTime() - this.options.afterMs);
    if (await isStoreOf(this.storage, this.store)) {
      this.totals.uploads += await this.storage.discardStaleUploads(before);
      await this.sweepRecordings({ startedAt, before, isAcknowledged: false });
    } else {
      this.options.log.warn(
        'Nothing is swept: the object store does not carry the mark of this event log, or carries that of another one',
      );
    }
    return {
      objects: this.totals.objects - objects,
      bytes: this.totals.bytes - bytes,
      uploads: this.totals.uploads - uploads,
    };
  }

  private async sweepAndPlan(): Promise<void> {
    try {
      const { objects, bytes, uploads } = await this.sweep();
      if (objects + uploads > 0) {
        this.options.log.log(
          `Swept ${objects} objects (${bytes} bytes) that no event names, and ${uploads} unfinished uploads`,
        );
      }
    } catch (error) {
      this.options.log.warn(
        `The sweep was broken off: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => this.start(), this.options.everyMs);
    this.timer.unref();
  }

  private async sweepRecordings(sweep: Sweep): Promise<void> {
    let current: string | undefined;
    let objects: ListedObject[] = [];
    for await (const object of this.storage.list(PREFIX)) {
      if (this.stopped) return;
      const recordingId = recordingOfKey(object.key);
      if (recordingId === undefined) continue;
      if (current !== undefined && current !== recordingId) {
        await this.sweepRecording(current, objects, sweep);
        objects = [];
      }
      current = recordingId;
      objects.push(object);
    }
    if (current !== undefined) await this.sweepRecording(current, objects, sweep);
  }

  /** A recording that cannot be read keeps everything; the others are swept all the same. */
  private async sweepRecording(id: string, objects: readonly ListedObject[], sweep: Sweep): Promise<void> {
    try {
      if (strayObjects(objects, await this.read(id), sweep.before).length === 0) return;
      await this.acknowledge(sweep);
      // Read again: only what is read after the acknowledgement proves anything.
      for (const { key, sizeBytes } of strayObjects(objects, await this.read(id), sweep.before)) {
        await this.storage.delete(key);
        this.totals.objects += 1;
        this.totals.bytes += sizeBytes;
      }
    } catch (error) {
      if (isPassing(error) || error instanceof ProviderFailure) throw error;
      const why = error instanceof Error ? error.name : 'unknown';
      this.options.log.warn(`Recording ${id} was left out of the sweep: ${why}`);
    }
  }

  private async read(recordingId: string): Promise<RecordingState> {
    return (await this.actors.read(recordingDecider, recordingId)).state;
  }

  /** @throws AppendOutcomeUnknown, EventStoreUnavailable: then nothing is deleted */
  private async acknowledge(sweep: Sweep): Promise<void> {
    if (sweep.isAcknowledged) return;
    const startedAt = sweep.startedAt.toISOString();
    const commandId = deriveId('sweep', randomUUID());
    const actor = { kind: 'system' as const, id: 'sweeper', owner: null };
    await this.actors.ask(
      sweepDecider,
      sweepsId(startedAt),
      { type: 'StartSweep', sweep: { startedAt, olderThan: sweep.before.toISOString() } },
      { commandId, correlationId: commandId, causationId: commandId, actor },
    );
    sweep.isAcknowledged = true;
  }
}
