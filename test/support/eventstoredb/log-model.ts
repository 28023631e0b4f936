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
  { kind: 'done'; revision: number; position: bigint } | { kind: 'wrong'; current: number | 'no_stream' };

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
    }
    this.streams.set(stream, existing);
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
    const current = existing.length - 1;
    const actual = current < 0 ? ('no_stream' as const) : current;
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

  stream(name: string): ModelEvent[] {
    return this.streams.get(name) ?? [];
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

const EMPTY = { data: Buffer.from('{}'), metadata: Buffer.from('{}') };
