import { LocalVectorIndex } from '../core/local-vector-index';
import { faissFactory } from '../faiss/faiss-candidates';
import { Faiss } from '../faiss/faiss-node';
import { deleteSnapshot, loadSnapshot, saveSnapshot, SnapshotUnusable } from '../snapshot/snapshot';
import { Opened, OpenOptions, OperationName, Operations } from './messages';

/** Milliseconds of work on the engine between two looks at the mail. */
const SLICE_MS = 20;

/**
 * What the process of an index does with its requests. Searches are answered at once, in between everything else;
 * changes and snapshots wait for each other, so that a snapshot is of one moment.
 */
export class IndexHost {
  private opened: { options: OpenOptions; index: LocalVectorIndex } | undefined;
  private changes: Promise<unknown> = Promise.resolve();
  private working = false;
  private saving = false;

  constructor(private readonly faiss: Faiss | undefined) {}

  async handle<Name extends OperationName>(
    name: Name,
    body: Operations[Name]['request'],
  ): Promise<Operations[Name]['answer']> {
    const handlers: {
      [N in OperationName]: (body: Operations[N]['request']) => Promise<Operations[N]['answer']>;
    } = {
      open: (options) => this.inTurn(() => this.open(options)),
      state: () => Promise.resolve({ ...this.index.state, faiss: this.faiss !== undefined }),
      digest: () => this.inTurn(() => Promise.resolve(this.index.digest())),
      search: ({ vector, k, filter }) => Promise.resolve(this.index.search(vector, k, filter)),
      upsert: (vectors) => this.change(() => this.index.upsert(vectors)),
      removeRecording: (id) => this.change(() => this.index.removeRecording(id)),
      removeSource: (id) => this.change(() => this.index.removeSource(id)),
      eraseRecording: (id) => this.inTurn(() => this.erase(id)),
      saveSnapshot: (position) => this.inTurn(() => this.save(BigInt(position))),
      deleteSnapshot: () => this.inTurn(() => this.forgetSnapshot()),
    };
    return handlers[name](body);
  }

  private get index(): LocalVectorIndex {
    if (!this.opened) throw new Error('The index is not open');
    return this.opened.index;
  }

  private async open(options: OpenOptions): Promise<Opened> {
    const make = (): LocalVectorIndex => {
      const { faiss } = this;
      const usesFaiss = faiss && options.index.engine !== 'builtin';
      const factory = usesFaiss
        ? (table: LocalVectorIndex['table']) => faissFactory(faiss, table)
        : undefined;
      return new LocalVectorIndex(options.dimension, factory, options.index);
    };
    let index = make();
    let position = 0n;
    let snapshotProblem: string | null = null;
    try {
      position = (await loadSnapshot(options.folder, Buffer.from(options.key), options, index)) ?? 0n;
    } catch (error) {
      if (!(error instanceof SnapshotUnusable)) throw error;
      snapshotProblem = error.message;
      index = make();
      await deleteSnapshot(options.folder);
    }
    this.opened = { options, index };
    this.work();
    return { position: position.toString(), faiss: this.faiss !== undefined, snapshotProblem };
  }

  private async erase(recordingId: string): Promise<null> {
    // The snapshot goes even when this index knows nothing of the recording: the snapshot may.
    await this.forgetSnapshot();
    this.index.eraseRecording(recordingId);
    this.work();
    return null;
  }

  private async save(position: bigint): Promise<{ problem: string | null }> {
    if (!this.opened) throw new Error('The index is not open');
    const { options, index } = this.opened;
    this.saving = true;
    try {
      await saveSnapshot(options.folder, Buffer.from(options.key), options, position, index);
      return { problem: null };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    } finally {
      this.saving = false;
      this.work();
    }
  }

  private async forgetSnapshot(): Promise<null> {
    if (this.opened) await deleteSnapshot(this.opened.options.folder);
    return null;
  }

  private change(apply: () => unknown): Promise<null> {
    return this.inTurn(() => {
      apply();
      this.work();
      return null;
    });
  }

  private inTurn<T>(action: () => T | Promise<T>): Promise<T> {
    const result = this.changes.then(action);
    this.changes = result.catch(() => undefined);
    return result;
  }

  /** Brings the engine up to date in slices, mail in between; rests while a snapshot is written. */
  private work(): void {
    if (this.working) return;
    this.working = true;
    const slice = (): void => {
      const more = !this.saving && (this.opened?.index.work(SLICE_MS) ?? false);
      if (more) setImmediate(slice);
      else this.working = false;
    };
    setImmediate(slice);
  }
}
