import { entry } from '@test/vector-index-contract/vector-index-contract';
import { Candidates, CandidatesFactory } from './candidates';
import { LocalVectorIndex, LocalVectorIndexOptions } from './local-vector-index';

/** Counts what it is asked, and finds everything. */
class CountingCandidates implements Candidates {
  total = 0;
  searches = 0;
  private readonly slots = new Set<number>();

  constructor(readonly engine: Candidates['engine']) {}

  get dropped(): number {
    return this.total - this.slots.size;
  }

  add(slots: readonly number[]): void {
    for (const slot of slots) this.slots.add(slot);
    this.total += slots.length;
  }

  drop(slot: number): void {
    this.slots.delete(slot);
  }

  search(_query: Float32Array, fetch: number): number[] {
    this.searches += 1;
    return [...this.slots].slice(0, fetch);
  }

  serialise(): { bytes: Buffer; slots: Int32Array } {
    return { bytes: Buffer.alloc(0), slots: Int32Array.from(this.slots) };
  }
}

function setUp(options: Partial<LocalVectorIndexOptions> = {}) {
  const made: CountingCandidates[] = [];
  const factory = (): CandidatesFactory => ({
    create: (engine) => {
      const candidates = new CountingCandidates(engine);
      made.push(candidates);
      return candidates;
    },
    restore: (engine) => new CountingCandidates(engine),
  });
  const index = new LocalVectorIndex(2, factory, {
    engine: 'auto',
    hnswFrom: 100,
    scanLimit: 5,
    compactAt: 0.1,
    ...options,
  });
  const finish = (): void => {
    while (index.work(5)) continue;
  };
  const add = (from: number, to: number, recordingId = 'r1'): void =>
    index.upsert(
      Array.from({ length: to - from }, (_, n) =>
        entry(`p${from + n}`, Float32Array.of(1, 0), { recordingId }),
      ),
    );
  const search = () => index.search(Float32Array.of(1, 0), 3, { owner: 'owner' });
  return { index, made, finish, add, search };
}

describe('LocalVectorIndex', () => {
  it('finds at once what the engine does not hold yet', () => {
    const { index, add, search } = setUp();
    add(0, 50);
    expect(search()).toHaveLength(3);
    expect(index.state).toEqual({
      count: 50,
      engine: 'faiss-exact',
      faiss: true,
      rebuilding: false,
      pending: 50,
    });
  });

  it('looks at each vector where few match, and asks the engine where many do', () => {
    const { made, finish, add, search } = setUp();
    add(0, 5);
    finish();
    search();
    expect(made[0]?.searches).toBe(0);
    add(5, 6);
    finish();
    search();
    expect(made[0]?.searches).toBe(1);
  });

  it('grows an HNSW index beside the exact one, which serves meanwhile', () => {
    const { index, finish, add } = setUp();
    add(0, 90);
    finish();
    add(90, 500);
    expect(index.work(0)).toBe(true);
    expect(index.state).toMatchObject({ engine: 'faiss-exact', rebuilding: true });
    finish();
    expect(index.state).toEqual({
      count: 500,
      engine: 'faiss-hnsw',
      faiss: true,
      rebuilding: false,
      pending: 0,
    });
  });

  it('does not go back and forth at the border', () => {
    const { index, finish, add } = setUp();
    add(0, 60, 'r1');
    add(60, 101, 'r2');
    finish();
    index.removeRecording('r2');
    finish();
    expect(index.state).toMatchObject({ count: 60, engine: 'faiss-hnsw' });
    index.removeRecording('r1');
    add(0, 10);
    finish();
    expect(index.state.engine).toBe('faiss-exact');
  });

  it('makes a new copy when a tenth of the vectors are dropped', () => {
    const { index, made, finish, add } = setUp();
    add(0, 90, 'r1');
    add(90, 95, 'r2');
    finish();
    index.removeRecording('r2');
    finish();
    expect(made).toHaveLength(1);
    add(90, 98, 'r2');
    index.removeRecording('r2');
    finish();
    add(90, 99, 'r2');
    finish();
    index.removeRecording('r2');
    finish();
    expect(made).toHaveLength(2);
    expect(made[1]).toMatchObject({ total: 90, dropped: 0 });
  });

  it('makes a new copy at once after an erasure, and gives none away before', () => {
    const { index, made, finish, add } = setUp();
    add(0, 90, 'r1');
    add(90, 91, 'r2');
    finish();
    expect(index.engineToKeep).toBe(made[0]);
    index.eraseRecording('r2');
    expect(index.engineToKeep).toBeUndefined();
    finish();
    expect(index.engineToKeep).toBe(made[1]);
    expect(made[1]).toMatchObject({ total: 90, dropped: 0 });
    index.eraseRecording('r1');
    finish();
    expect(index.engineToKeep).toBeUndefined();
    expect(index.state.count).toBe(0);
  });

  it('puts what was changed while a copy was made into that copy', () => {
    const { index, made, finish, add, search } = setUp({ scanLimit: 0 });
    add(0, 300);
    index.work(0);
    add(300, 310, 'r2');
    index.removeRecording('r1');
    finish();
    expect(search()).toHaveLength(3);
    expect(made.at(-1)).toMatchObject({ dropped: 0 });
    expect(index.state.count).toBe(10);
  });
});
