import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';

export interface ModelEvent {
  id: string;
  stream: string;
  revision: number;
  /** Like bytes in a file: grows by more than one. */
  position: bigint;
  type: string;
  data: Uint8Array;
  metadata: Uint8Array;
}

export type ProposedEvent = Pick<ModelEvent, 'id' | 'type' | 'data' | 'metadata'>;
export type Expected = number | 'no_stream' | 'any' | 'stream_exists';
export type AppendOutcome =
  | { kind: 'done'; revision: number; position: bigint }
  | { kind: 'wrong'; current: number | 'no_stream' }
  /** The stream has a tombstone: nothing is appended to it any more. */
  | { kind: 'tombstoned' };

/** What the node reads in the metadata of a stream. */
export interface StreamMetadata {
  /** Readers of the stream see no event before this revision. */
  $tb?: number;
  /** They see at most so many, the newest. */
  $maxCount?: number;
  /** Who may read it: names of users and groups. */
  $acl?: { $r?: string | string[] };
}

/** An append that a node has taken without a quorum. It is invisible to readers. */
export interface PendingAppend {
  /** Writes it at the end of the log, unless the stream has grown. @returns whether it was written */
  commit(): boolean;
}

/**
 * What EventStoreDB does with appends, idempotency included: behind the expected revision the same ids are recognised; at
 * it the same ids are appended again; with `any` only the newest are looked at.
 */
export class LogModel {
  readonly events: ModelEvent[] = [];
  /** Events that are not the node's own. */
  size = 0;
  private readonly streams = new Map<string, ModelEvent[]>();
  private readonly metadata = new Map<string, StreamMetadata>();
  private readonly tombstones = new Set<string>();
  private readonly written = new EventEmitter().setMaxListeners(0);

  constructor() {
    // A node has events of its own before anybody writes.
    this.append(
      '$settings',
      [{ id: '00000000-0000-4000-8000-000000000001', type: '$settings', ...EMPTY }],
      'any',
    );
  }

  append(stream: string, proposed: readonly ProposedEvent[], expected: Expected): AppendOutcome {
    const existing = this.stream(stream);
    const settled = this.judge(existing, proposed, expected);
    if (settled) return settled;
    for (const event of proposed) {
      const position = (this.events.at(-1)?.position ?? 0n) + 100n + BigInt(event.data.length);
      const written = { ...event, stream, revision: existing.length, position };
      existing.push(written);
      this.events.push(written);
      if (!event.type.startsWith('$')) this.size += 1;
      if (event.type === '$metadata') this.metadata.set(stream.slice(2), parsed(event.data));
    }
    this.streams.set(stream, existing);
    // A stream that was deleted begins again where its old events end.
    if (this.isDeleted(stream)) this.setMetadata(stream, { $tb: existing.length - proposed.length });
    this.written.emit('written');
    const last = existing.at(-1);
    return { kind: 'done', revision: last?.revision ?? -1, position: last?.position ?? 0n };
  }

  /** Takes an append without writing it. @returns undefined when the append would write nothing */
  take(stream: string, proposed: readonly ProposedEvent[], expected: Expected): PendingAppend | undefined {
    const { length } = this.stream(stream);
    if (this.judge(this.stream(stream), proposed, expected)) return undefined;
    return {
      commit: () => {
        if (this.stream(stream).length !== length) return false;
        this.append(stream, proposed, length === 0 ? 'no_stream' : length - 1);
        return true;
      },
    };
  }

  /** The outcome of an append that writes nothing (a wrong revision, a repetition), else undefined. */
  private judge(
    existing: readonly ModelEvent[],
    proposed: readonly ProposedEvent[],
    expected: Expected,
  ): AppendOutcome | undefined {
    const [first] = existing;
    if (first && this.tombstones.has(first.stream)) return { kind: 'tombstoned' };
    const current = existing.length - 1;
    const actual = current < 0 ? ('no_stream' as const) : current;
    if (first && this.isDeleted(first.stream) && expected === 'no_stream') return undefined;
    if (expected === 'stream_exists' && current < 0) return { kind: 'wrong', current: actual };
    if (typeof expected === 'number' || expected === 'no_stream') {
      const from = expected === 'no_stream' ? -1 : expected;
      if (from > current) return { kind: 'wrong', current: actual };
      if (from < current)
        return this.repetition(existing.slice(from + 1), proposed) ?? { kind: 'wrong', current: actual };
    } else {
      const again = this.repetition(existing.slice(-proposed.length), proposed);
      if (again) return again;
    }
    return undefined;
  }

  /** Everything that was ever written to a stream, whatever readers of the stream still see. */
  stream(name: string): ModelEvent[] {
    return this.streams.get(name) ?? [];
  }

  /** What readers of a stream see. Reading `$all`, they see all of it until a scavenge. */
  visible(name: string): readonly ModelEvent[] | 'tombstoned' {
    if (this.tombstones.has(name)) return 'tombstoned';
    const { $tb = 0, $maxCount } = this.metadataOf(name);
    const events = this.stream(name).filter(({ revision }) => revision >= $tb);
    return $maxCount === undefined ? events : events.slice(-$maxCount);
  }

  metadataOf(stream: string): StreamMetadata {
    return this.metadata.get(stream) ?? {};
  }

  /** As an administrator does: a new version of the metadata replaces the one before. */
  setMetadata(stream: string, metadata: StreamMetadata): void {
    const data = Buffer.from(JSON.stringify(metadata));
    this.append(`$$${stream}`, [{ ...EMPTY, id: randomUUID(), type: '$metadata', data }], 'any');
  }

  /** Readers of the stream find nothing any more; who appends continues its numbers. */
  delete(stream: string): void {
    this.setMetadata(stream, { $tb: DELETED });
  }

  /** For good: nothing is read from the stream or appended to it again. */
  tombstone(stream: string): void {
    this.append(stream, [{ ...EMPTY, id: randomUUID(), type: '$streamDeleted' }], 'any');
    this.tombstones.add(stream);
  }

  /** Removes from the log what readers of its stream do not see any more. Its positions hold no event after that. */
  scavenge(): void {
    const isKept = ({ stream, revision }: ModelEvent): boolean => {
      const visible = this.visible(stream);
      return visible !== 'tombstoned' && revision >= (visible[0]?.revision ?? Infinity);
    };
    this.events.splice(0, Infinity, ...this.events.filter(isKept));
  }

  /** Index of the event at a position; undefined where none is. */
  indexAt(position: bigint): number | undefined {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.position ?? 0n) < position) low = middle + 1;
      else high = middle;
    }
    return this.events[low]?.position === position ? low : undefined;
  }

  private isDeleted(stream: string): boolean {
    return this.metadataOf(stream).$tb === DELETED;
  }

  onWritten(listener: () => void): () => void {
    this.written.on('written', listener);
    return () => this.written.off('written', listener);
  }

  onceWritten(listener: () => void): void {
    this.written.once('written', listener);
  }

  private repetition(
    found: readonly ModelEvent[],
    proposed: readonly ProposedEvent[],
  ): AppendOutcome | undefined {
    const same = proposed.length > 0 && proposed.every((event, index) => found[index]?.id === event.id);
    const last = found[proposed.length - 1];
    return same && last ? { kind: 'done', revision: last.revision, position: last.position } : undefined;
  }
}

/** `$tb` of a stream that was deleted, the greatest number of the node, as JSON reads it. */
const DELETED = Number(2n ** 63n - 1n);

function parsed(data: Uint8Array): StreamMetadata {
  return JSON.parse(Buffer.from(data).toString()) as StreamMetadata;
}

const EMPTY = { data: Buffer.from('{}'), metadata: Buffer.from('{}') };
