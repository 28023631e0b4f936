import { setTimeout as sleep } from 'node:timers/promises';
import { DomainEvent } from '@voxpersona/domain';
import { isDatabaseFailure } from '@voxpersona/platform';
import {
  EventCodec,
  EventFilter,
  EventStore,
  EventStoreUnavailable,
  Position,
  Recorded,
  RunnerLog,
  RunnerStatus,
  START,
} from '@voxpersona/event-store';
import { embedderName, VectorStore } from '@voxpersona/vector-store';
import { VectorIndex } from './vector-index';

export interface IndexedEmbedder {
  provider: string;
  model: string;
  dimension: number;
}

const RETRY_MILLISECONDS = 1_000;

const FILTER: EventFilter = {
  types: ['PassagesEmbedded', 'TranscriptAssembled', 'NoSpeechFound', 'RecordingErased', 'ReportErased'],
};

/**
 * This process's own vector index, kept by following the log. Vectors are read from the vector store, never made here:
 * a rebuild costs no embedding.
 */
export class VectorIndexReplica {
  readonly name = 'vector-index';
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private current: RunnerStatus = { state: 'stopped', position: START };
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec<DomainEvent>,
    private readonly vectors: VectorStore,
    private readonly index: VectorIndex,
    private readonly embedder: IndexedEmbedder,
    private readonly log: RunnerLog,
  ) {}

  get status(): RunnerStatus {
    return this.current;
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Waits until the log is applied up to `position`; false when it took longer than `patienceMs`. */
  async waitFor(position: Position, patienceMs: number): Promise<boolean> {
    const deadline = Date.now() + patienceMs;
    while (this.current.position < position) {
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

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.follow(signal);
      } catch (error) {
        if (!this.waitsFor(error)) return;
        await sleep(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      }
    }
    this.current = { state: 'stopped', position: this.current.position };
  }

  /** False when going on makes no sense. */
  private waitsFor(error: unknown): boolean {
    const { position } = this.current;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (error instanceof EventStoreUnavailable || isDatabaseFailure(error)) {
      this.current = { state: 'waiting', position, reason };
      this.log.warn(`${this.name} waits: ${reason}`);
      return true;
    }
    this.current = { state: 'halted', position, reason, at: `after ${position}` };
    this.log.error(`${this.name} halted: ${reason}`);
    return false;
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const after = this.current.position;
    this.current = { state: 'running', position: after, caughtUp: false };
    for await (const item of this.store.subscribe({ after, filter: FILTER, signal })) {
      if (item.kind === 'event') {
        const decoded = await this.codec.decode(item.event);
        if (decoded.known) await this.apply(decoded.event);
      }
      const position = item.kind === 'event' ? item.event.position : item.position;
      this.current = { state: 'running', position, caughtUp: item.kind === 'caughtUp' };
      for (const wake of [...this.waiting]) wake();
    }
  }

  private async apply(event: Recorded<DomainEvent>): Promise<void> {
    switch (event.type) {
      case 'PassagesEmbedded':
        return this.add(event.data);
      case 'TranscriptAssembled':
      case 'NoSpeechFound':
      case 'RecordingErased':
        return this.index.removeRecording(event.data.recordingId);
      case 'ReportErased':
        return this.index.removeSource(event.data.reportId);
      default:
        return undefined;
    }
  }

  private async add(data: Extract<DomainEvent, { type: 'PassagesEmbedded' }>['data']): Promise<void> {
    const name = embedderName(this.embedder);
    // Vectors of another embedder belong to another index.
    if (embedderName(data.embedder) !== name) return;
    const { recordingId, owner, source, passageIds } = data;
    const sourceId = source.kind === 'report' ? source.reportId : recordingId;
    const stored = await this.vectors.read(recordingId, name, passageIds);
    await this.index.upsert(
      stored.map(({ passageId, vector }) => ({
        ...{ id: passageId, recordingId, source: source.kind, sourceId, owner, vector },
      })),
    );
  }
}
