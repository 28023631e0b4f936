import { DomainEvent } from '@voxpersona/domain';
import {
  EventCodec,
  EventFilter,
  EventNotHandled,
  EventStore,
  FollowerLog,
  isPassing,
  LogFollower,
  Position,
  Recorded,
  StoredEvent,
} from '@voxpersona/event-store';
import { embedderName, VectorStore } from '@voxpersona/vector-store';
import { VectorIndex } from './vector-index';

export interface IndexedEmbedder {
  provider: string;
  model: string;
  dimension: number;
}

const FILTER: EventFilter = {
  types: ['PassagesEmbedded', 'TranscriptAssembled', 'NoSpeechFound', 'RecordingErased', 'ReportErased'],
};

/**
 * This process's own vector index, kept by following the log. Vectors are read from the vector store, never made here:
 * a rebuild costs no embedding.
 */
export class VectorIndexReplica extends LogFollower {
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec<DomainEvent>,
    private readonly vectors: VectorStore,
    private readonly index: VectorIndex,
    private readonly embedder: IndexedEmbedder,
    log: FollowerLog,
  ) {
    super('vector-index', log);
  }

  /** Waits until the log is applied up to `position`; false when it took longer than `patienceMs`. */
  async waitFor(position: Position, patienceMs: number): Promise<boolean> {
    const deadline = Date.now() + patienceMs;
    while (this.status.position < position) {
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

  protected async follow(signal: AbortSignal): Promise<void> {
    const after = this.status.position;
    this.reached(after, false);
    for await (const item of this.store.subscribe({ after, filter: FILTER, signal })) {
      if (item.kind === 'event') await this.handle(item.event);
      this.reached(item.kind === 'event' ? item.event.position : item.position, item.kind === 'caughtUp');
      for (const wake of [...this.waiting]) wake();
    }
  }

  private async handle(stored: StoredEvent): Promise<void> {
    try {
      const decoded = await this.codec.decode(stored);
      if (decoded.known) await this.apply(decoded.event);
    } catch (error) {
      throw isPassing(error) ? error : new EventNotHandled(stored, error);
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
