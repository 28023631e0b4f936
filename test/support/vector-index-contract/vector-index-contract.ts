import { IndexedVector, InvalidVector, VectorIndex } from '@voxpersona/vector-index';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';

const OWNER = 'owner';

export function unit(...values: number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values.map((value) => value / length));
}

export function entry(id: string, vector: Float32Array, rest: Partial<IndexedVector> = {}): IndexedVector {
  return { id, recordingId: 'r1', source: 'transcript', sourceId: 'r1', owner: OWNER, vector, ...rest };
}

/** What every vector index must do. `open` gives an empty one; `close` ends it. */
export function describeVectorIndexContract(
  name: string,
  open: (dimension: number) => Promise<VectorIndex>,
  close: (index: VectorIndex) => void,
): void {
  describe(`${name} keeps the contract of a vector index`, () => {
    let index: VectorIndex;
    const openWith = async (dimension: number): Promise<void> => {
      index = await open(dimension);
    };
    afterEach(() => close(index));

    const ids = async (vector: Float32Array, k = 10, filter = {}): Promise<string[]> =>
      (await index.search(vector, k, { owner: OWNER, ...filter })).map((hit) => hit.id);
    const size = async (): Promise<number> => (await index.state()).count;

    it('finds the nearest first, and no more than there are', async () => {
      await openWith(2);
      expect(await ids(unit(1, 0))).toEqual([]);
      await index.upsert([
        entry('far', unit(0, 1)),
        entry('near', unit(1, 0.1)),
        entry('middle', unit(1, 1)),
      ]);
      expect(await ids(unit(1, 0))).toEqual(['near', 'middle', 'far']);
      expect(await ids(unit(1, 0), 1)).toEqual(['near']);
      expect(await size()).toBe(3);
    });

    it('shows an owner nothing of another, and filters by recording and source', async () => {
      await openWith(2);
      await index.upsert([
        entry('mine', unit(1, 0)),
        entry('other', unit(1, 0), { owner: 'somebody' }),
        entry('elsewhere', unit(1, 0), { recordingId: 'r2', sourceId: 'r2' }),
        entry('report', unit(1, 0), { source: 'report', sourceId: 'p1' }),
      ]);
      expect(await ids(unit(1, 0))).toEqual(['elsewhere', 'mine', 'report']);
      expect(await ids(unit(1, 0), 10, { recordingIds: ['r2'] })).toEqual(['elsewhere']);
      expect(await ids(unit(1, 0), 10, { sources: ['report'] })).toEqual(['report']);
    });

    it('replaces a vector that it knows', async () => {
      await openWith(2);
      await index.upsert([entry('a', unit(1, 0)), entry('b', unit(1, 1))]);
      await index.upsert([entry('a', unit(0, 1))]);
      expect(await ids(unit(1, 0))).toEqual(['b', 'a']);
      expect(await size()).toBe(2);
    });

    it('forgets a recording and a source, and keeps the others in their places', async () => {
      await openWith(2);
      await index.upsert([
        entry('a', unit(1, 0)),
        entry('b', unit(1, 1), { recordingId: 'r2', sourceId: 'r2' }),
        entry('c', unit(0, 1), { source: 'report', sourceId: 'p1' }),
      ]);
      await index.removeSource('p1');
      expect(await ids(unit(1, 0))).toEqual(['a', 'b']);
      await index.removeRecording('r1');
      expect(await index.search(unit(1, 1), 5, { owner: OWNER })).toEqual([
        { id: 'b', score: expect.closeTo(1, 5) },
      ]);
      await index.removeRecording('r1');
      await index.eraseRecording('r1');
      expect(await size()).toBe(1);
      await index.eraseRecording('r2');
      expect(await ids(unit(1, 0))).toEqual([]);
      await index.upsert([entry('d', unit(1, 0))]);
      expect(await ids(unit(1, 0))).toEqual(['d']);
    });

    it('refuses a vector of another length or without numbers, and then adds none', async () => {
      await openWith(2);
      const refused = (work: Promise<unknown>): Promise<void> =>
        expect(work).rejects.toBeInstanceOf(InvalidVector);
      await refused(index.upsert([entry('a', unit(1, 0)), entry('b', unit(1, 0, 0))]));
      await refused(index.upsert([entry('a', Float32Array.of(NaN, 1))]));
      await refused(index.search(unit(1, 2, 3), 1, { owner: OWNER }));
      await refused(index.search(Float32Array.of(Infinity, 1), 1, { owner: OWNER }));
      expect(await size()).toBe(0);
    });

    it('agrees with a plain sort, whatever was added, replaced and removed', async () => {
      await openWith(3);
      const vector = fc
        .array(fc.integer({ min: -5, max: 5 }), { minLength: 3, maxLength: 3 })
        .filter((values) => values.some(Boolean));
      const change = fc.oneof(
        {
          weight: 8,
          arbitrary: fc.record({ kind: fc.constant('put'), at: fc.nat(30), recording: fc.nat(3), vector }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), recording: fc.nat(3) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase'), recording: fc.nat(3) }) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 40 }), vector, async (changes, asked) => {
          // One index for all runs: each run is an owner of its own, and the others' vectors are in its way.
          const owner = randomUUID();
          const expected = new Map<string, { recordingId: string; vector: Float32Array }>();
          for (const made of changes) {
            const recordingId = `${owner}-${made.recording}`;
            if ('vector' in made) {
              const id = `${owner}-${String(made.at).padStart(2, '0')}`;
              const put = { recordingId, vector: unit(...made.vector) };
              expected.set(id, put);
              await index.upsert([entry(id, put.vector, { owner, recordingId })]);
            } else {
              await (made.kind === 'erase'
                ? index.eraseRecording(recordingId)
                : index.removeRecording(recordingId));
              for (const [id, put] of expected) if (put.recordingId === recordingId) expected.delete(id);
            }
          }
          const query = unit(...asked);
          const found = await index.search(query, 10, { owner });
          const score = (v: Float32Array): number =>
            v.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0);
          const best = [...expected.values()].map((put) => score(put.vector)).sort((a, b) => b - a);
          expect(found).toHaveLength(Math.min(10, best.length));
          found.forEach((hit, at) => {
            expect(hit.score).toBeCloseTo(best[at]!, 5);
            expect(hit.score).toBeCloseTo(score(expected.get(hit.id)!.vector), 5);
          });
        }),
        { numRuns: 60 },
      );
    });
  });
}
