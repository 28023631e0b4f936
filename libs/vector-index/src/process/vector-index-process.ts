import { compiledFile } from '@voxpersona/platform';
import { ChildProcess, fork } from 'node:child_process';
import { DEFAULT_LOCAL_OPTIONS, LocalVectorIndexOptions } from '../core/local-vector-index';
import {
  IndexedVector,
  InvalidVector,
  VectorFilter,
  VectorHit,
  VectorIndex,
  VectorIndexDigest,
  VectorIndexState,
} from '../vector-index';
import { Answer, Opened, OperationName, Operations, Request } from './messages';

/** The process that held the index is gone, and what it held with it. `open` starts another. */
export class VectorIndexLost extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'VectorIndexLost';
  }
}

export interface VectorIndexProcessOptions {
  /** For its snapshot; its own. */
  folder: string;
  /** 32 bytes that snapshots are sealed under. */
  key: Buffer;
  /** The embedder's name. */
  embedder: string;
  dimension: number;
  index?: Partial<LocalVectorIndexOptions>;
  /** A process that does not answer for so long is taken to hang, and killed. */
  patienceMs?: number;
}

interface Pending {
  resolve(body: Operations[OperationName]['answer']): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

const PATIENCE_MS = 120_000;

/**
 * A vector index in a child process. The server's event loop never waits for a search, and a crash of FAISS ends the
 * child alone: then every request under way rejects with `VectorIndexLost`, and so do all later ones until `open`.
 */
export class VectorIndexProcess implements VectorIndex {
  readonly dimension: number;
  private child: ChildProcess | undefined;
  private readonly pending = new Map<number, Pending>();
  private readonly lostListeners = new Set<() => void>();
  private nextId = 1;

  constructor(private readonly options: VectorIndexProcessOptions) {
    this.dimension = options.dimension;
  }

  /** Process id of the child; undefined while there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process, in place of one that still runs, and loads the snapshot. */
  async open(logId: string): Promise<Opened> {
    this.end('The index is opened anew');
    this.start();
    const { folder, key, embedder, dimension, index } = this.options;
    const options = { ...DEFAULT_LOCAL_OPTIONS, ...index };
    return this.send('open', { folder, key, logId, embedder, dimension, index: options });
  }

  /** Calls back when the process ends without having been asked to. @returns a function that unsubscribes */
  onLost(listener: () => void): () => void {
    this.lostListeners.add(listener);
    return () => this.lostListeners.delete(listener);
  }

  state(): Promise<VectorIndexState> {
    return this.send('state', null);
  }

  digest(): Promise<VectorIndexDigest> {
    return this.send('digest', null);
  }

  async upsert(vectors: readonly IndexedVector[]): Promise<void> {
    if (vectors.length > 0) await this.send('upsert', vectors);
  }

  search(vector: Float32Array, k: number, filter: VectorFilter): Promise<VectorHit[]> {
    return this.send('search', { vector, k, filter });
  }

  async removeRecording(recordingId: string): Promise<void> {
    await this.send('removeRecording', recordingId);
  }

  async removeSource(sourceId: string): Promise<void> {
    await this.send('removeSource', sourceId);
  }

  async eraseRecording(recordingId: string): Promise<void> {
    await this.send('eraseRecording', recordingId);
  }

  /** Writes what the index holds now, which must be the log up to `position`. @returns what went wrong, or null */
  async saveSnapshot(position: bigint): Promise<string | null> {
    return (await this.send('saveSnapshot', position.toString())).problem;
  }

  async deleteSnapshot(): Promise<void> {
    await this.send('deleteSnapshot', null);
  }

  /** Ends the process. What it holds is in its snapshot, or is not kept. */
  close(): void {
    this.end('The index is closed');
  }

  private start(): void {
    const child = fork(compiledFile(__dirname, 'index-process'), [], {
      serialization: 'advanced',
      // Nothing of the server's environment: it holds secrets that this process has no use for.
      env: { PATH: process.env.PATH, OMP_WAIT_POLICY: 'passive' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    child.on('message', (answer: Answer) => this.settle(answer));
    const gone = (): void => {
      if (this.child !== child) return;
      this.child = undefined;
      this.rejectAll('The process of the vector index has ended');
      for (const listener of [...this.lostListeners]) listener();
    };
    child.on('exit', gone);
    child.on('error', gone);
  }

  private end(reason: string): void {
    const { child } = this;
    this.child = undefined;
    child?.kill('SIGKILL');
    this.rejectAll(reason);
  }

  private rejectAll(reason: string): void {
    for (const request of this.pending.values()) {
      clearTimeout(request.timer);
      request.reject(new VectorIndexLost(reason));
    }
    this.pending.clear();
  }

  private send<Name extends OperationName>(
    name: Name,
    body: Operations[Name]['request'],
  ): Promise<Operations[Name]['answer']> {
    const { child } = this;
    if (!child?.connected)
      return Promise.reject(new VectorIndexLost('The process of the vector index is not there'));
    const id = this.nextId;
    this.nextId += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), this.options.patienceMs ?? PATIENCE_MS);
      this.pending.set(id, { resolve, reject, timer });
      const request: Request<Name> = { id, name, body };
      // A process that has just died: its exit rejects what is pending.
      child.send(request, () => undefined);
    });
  }

  private settle(answer: Answer): void {
    const pending = this.pending.get(answer.id);
    if (!pending) return;
    this.pending.delete(answer.id);
    clearTimeout(pending.timer);
    if (answer.kind === 'done') pending.resolve(answer.body);
    else {
      pending.reject(
        answer.error === 'InvalidVector' ? new InvalidVector(answer.message) : new Error(answer.message),
      );
    }
  }
}
