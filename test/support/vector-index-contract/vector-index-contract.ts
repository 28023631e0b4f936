import { IndexedVector, InvalidVector, VectorIndex } from '@voxpersona/projections';
import fc from 'fast-check';

const OWNER = 'owner';

function unit(...values: number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values.map((value) => value / length));
}

function entry(id: string, vector: Float32Array, rest: Partial<IndexedVector> = {}): IndexedVector {
  return { id, recordingId: 'r1', source: 'transcript', sourceId: 'r1', owner: OWNER, vector, ...rest };
}

/** What every vector index must do. `open` gives an empty one. */
export function describeVectorIndexContract(name: string, open: (dimension: number) => VectorIndex): void {
  describe(`${name} keeps the contract of a vector index`, () => {
    const ids = async (index: VectorIndex, vector: Float32Array, k = 10, filter = {}): Promise<string[]> =>
      (await index.search(vector, k, { owner: OWNER, ...filter })).map((hit) => hit.id);

    it('finds the nearest first, and no more than there are', async () => {
      const index = open(2);
      expect(await ids(index, unit(1, 0))).toEqual([]);
      await index.upsert([
        entry('far', unit(0, 1)),
        entry('near', unit(1, 0.1)),
        entry('middle', unit(1, 1)),
      ]);
      expect(await ids(index, unit(1, 0))).toEqual(['near', 'middle', 'far']);
      expect(await ids(index, unit(1, 0), 1)).toEqual(['near']);
      expect(await index.size()).toBe(3);
    });

    it('shows an owner nothing of another, and filters by recording and source', async () => {
      const index = open(2);
      await index.upsert([
        entry('mine', unit(1, 0)),
        entry('other', unit(1, 0), { owner: 'somebody' }),
        entry('elsewhere', unit(1, 0), { recordingId: 'r2', sourceId: 'r2' }),
        entry('report', unit(1, 0), { source: 'report', sourceId: 'p1' }),
      ]);
      expect(await ids(index, unit(1, 0))).toEqual(['elsewhere', 'mine', 'report']);
      expect(await ids(index, unit(1, 0), 10, { recordingIds: ['r2'] })).toEqual(['elsewhere']);
      expect(await ids(index, unit(1, 0), 10, { sources: ['report'] })).toEqual(['report']);
    });

    it('replaces a vector that it knows', async () => {
      const index = open(2);
      await index.upsert([entry('a', unit(1, 0)), entry('b', unit(1, 1))]);
      await index.upsert([entry('a', unit(0, 1))]);
      expect(await ids(index, unit(1, 0))).toEqual(['b', 'a']);
      expect(await index.size()).toBe(2);
    });

    it('forgets a recording and a source, and keeps the others in their places', async () => {
      const index = open(2);
      await index.upsert([
        entry('a', unit(1, 0)),
        entry('b', unit(1, 1), { recordingId: 'r2', sourceId: 'r2' }),
        entry('c', unit(0, 1), { source: 'report', sourceId: 'p1' }),
      ]);
      await index.removeSource('p1');
      expect(await ids(index, unit(1, 0))).toEqual(['a', 'b']);
      await index.removeRecording('r1');
      expect(await index.search(unit(1, 1), 5, { owner: OWNER })).toEqual([
        { id: 'b', score: expect.closeTo(1, 5) },
      ]);
      await index.removeRecording('r1');
      expect(await index.size()).toBe(1);
    });

    it('refuses a vector of another length or without numbers, and then adds none', async () => {
      const index = open(2);
      await expect(index.upsert([entry('a', unit(1, 0)), entry('b', unit(1, 0, 0))])).rejects.toBeInstanceOf(
        InvalidVector,
      );
      await expect(index.upsert([entry('a', Float32Array.of(NaN, 1))])).rejects.toBeInstanceOf(InvalidVector);
      await expect(index.search(unit(1, 2, 3), 1, { owner: OWNER })).rejects.toBeInstanceOf(InvalidVector);
      expect(await index.size()).toBe(0);
    });

    it('agrees with a plain sort, whatever was added and removed', async () => {
      const vector = fc
        .array(fc.integer({ min: -5, max: 5 }), { minLength: 3, maxLength: 3 })
        .filter((v) => v.some(Boolean));
      const added = fc.record({ recording: fc.constantFrom('r1', 'r2', 'r3'), vector });
      await fc.assert(
        fc.asyncProperty(
          fc.array(added, { maxLength: 30 }),
          vector,
          fc.constantFrom('r1', 'none'),
          async (all, asked, gone) => {
            const index = open(3);
            const entries = all.map(({ recording, vector: values }, n) =>
              entry(String(n).padStart(3, '0'), unit(...values), { recordingId: recording }),
            );
            await index.upsert(entries);
            await index.removeRecording(gone);
            const query = unit(...asked);
            const score = (v: Float32Array): number =>
              v.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0);
            const found = await index.search(query, 10, { owner: OWNER });
            const expected = entries
              .filter((e) => e.recordingId !== gone)
              .map((e) => score(e.vector))
              .sort((a, b) => b - a);
            expect(found).toHaveLength(Math.min(10, expected.length));
            found.forEach((hit, at) => expect(hit.score).toBeCloseTo(expected[at]!, 5));
          },
        ),
        { numRuns: 200 },
      );
    });
  });
}
