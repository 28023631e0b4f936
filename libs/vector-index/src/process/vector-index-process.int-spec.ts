import { describeVectorIndexContract, entry, unit } from '@test/vector-index-contract/vector-index-contract';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadFaiss } from '../faiss/faiss-node';
import { snapshotFile } from '../snapshot/snapshot';
import { VectorIndex } from '../vector-index';
import { VectorIndexLost, VectorIndexProcess, VectorIndexProcessOptions } from './vector-index-process';

const folder = mkdtempSync(join(tmpdir(), 'voxpersona-index-'));
const key = randomBytes(32);
const opened = new Set<VectorIndexProcess>();
let folders = 0;

function make(options: Partial<VectorIndexProcessOptions> = {}): VectorIndexProcess {
  folders += 1;
  const index = new VectorIndexProcess({
    folder: join(folder, String(folders)),
    key,
    embedder: 'test/unit/2',
    dimension: 2,
    ...options,
  });
  opened.add(index);
  return index;
}

function close(index: VectorIndex): void {
  if (index instanceof VectorIndexProcess) index.close();
}

afterAll(() => {
  for (const index of opened) index.close();
  rmSync(folder, { recursive: true, force: true });
});

const ENGINES = ['builtin', 'faiss-exact', 'faiss-hnsw'] as const;

it('FAISS is on this machine: without it, half of these tests would test nothing', () => {
  expect(loadFaiss()).toBeDefined();
});

// No scan limit: however few vectors there are, FAISS is asked.
for (const engine of ENGINES) {
  describeVectorIndexContract(
    `The index process with engine ${engine}`,
    async (dimension) => {
      const index = make({ dimension, index: { engine, scanLimit: 0, hnswFrom: 0 } });
      await index.open('log');
      return index;
    },
    close,
  );
}

const ids = async (index: VectorIndex): Promise<string[]> =>
  (await index.search(unit(1, 0), 10, { owner: 'owner' })).map((hit) => hit.id);

describe('A snapshot', () => {
  it.each(ENGINES)('is what the index held, with engine %s', async (engine) => {
    const options = { folder: join(folder, `kept-${engine}`), index: { engine, scanLimit: 0 } };
    const index = make(options);
    expect(await index.open('log')).toMatchObject({ position: '0', faiss: true, snapshotProblem: null });
    await index.upsert([entry('a', unit(1, 0)), entry('b', unit(1, 1)), entry('c', unit(0, 1))]);
    await index.upsert([entry('a', unit(-1, 0))]);
    await index.removeRecording('nobody');
    expect(await index.saveSnapshot(42n)).toBeNull();
    // What comes later is not in it.
    await index.upsert([entry('later', unit(1, 0))]);
    index.close();
    const again = make(options);
    expect(await again.open('log')).toMatchObject({ position: '42', snapshotProblem: null });
    expect(await ids(again)).toEqual(['b', 'c', 'a']);
    await again.upsert([entry('d', unit(1, 0))]);
    expect(await ids(again)).toEqual(['d', 'b', 'c', 'a']);
    again.close();
  });

  const saved = async (name: string): Promise<{ folder: string; file: string }> => {
    const index = make({ folder: join(folder, name) });
    await index.open('log');
    await index.upsert(Array.from({ length: 300 }, (_, n) => entry(`p${n}`, unit(Math.cos(n), Math.sin(n)))));
    expect(await index.saveSnapshot(7n)).toBeNull();
    index.close();
    return { folder: join(folder, name), file: snapshotFile(join(folder, name)) };
  };

  it('shows nothing of what is in it', async () => {
    const { file } = await saved('sealed');
    const bytes = readFileSync(file).toString('latin1');
    expect(bytes).not.toContain('owner');
    expect(bytes).not.toContain('transcript');
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 10)],
    ['cut after its head', (bytes) => bytes.subarray(0, 40)],
    ['empty', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('hello, this is a text file')],
    [
      'changed in one bit',
      (bytes) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(500) ^ 1, 500);
        return changed;
      },
    ],
  ])('that is %s is not used, and said', async (name, spoil) => {
    const made = await saved(`spoilt ${name}`);
    writeFileSync(made.file, spoil(readFileSync(made.file)));
    const index = make({ folder: made.folder });
    expect(await index.open('log')).toMatchObject({
      position: '0',
      snapshotProblem: expect.stringMatching(/\w/),
    });
    expect(await ids(index)).toEqual([]);
    expect(existsSync(made.file)).toBe(false);
    index.close();
  });

  it('of another log, another embedder, another dimension or another key is not used', async () => {
    const foreign: [string, string, Partial<VectorIndexProcessOptions>][] = [
      ['log', 'another log', {}],
      ['embedder', 'log', { embedder: 'other/model/2' }],
      ['dimension', 'log', { dimension: 3 }],
      ['key', 'log', { key: randomBytes(32) }],
    ];
    for (const [name, logId, options] of foreign) {
      const made = await saved(`foreign ${name}`);
      const index = make({ folder: made.folder, ...options });
      const { position, snapshotProblem } = await index.open(logId);
      expect([name, position, snapshotProblem !== null]).toEqual([name, '0', true]);
      index.close();
    }
  });

  it('is deleted by an erasure, and the next one does not hold what was erased', async () => {
    const { folder: kept, file } = await saved('erased');
    const index = make({ folder: kept });
    await index.open('log');
    await index.upsert([entry('other', unit(1, 0), { recordingId: 'r2' })]);
    await index.eraseRecording('r1');
    expect(existsSync(file)).toBe(false);
    expect(await index.saveSnapshot(9n)).toBeNull();
    index.close();
    const again = make({ folder: kept });
    await again.open('log');
    expect(await ids(again)).toEqual(['other']);
    again.close();
  });

  it('that cannot be written says why, and the index goes on', async () => {
    const inTheWay = join(folder, 'a-file');
    const index = make({ folder: inTheWay });
    await index.open('log');
    writeFileSync(inTheWay, 'not a folder');
    await index.upsert([entry('a', unit(1, 0))]);
    expect(await index.saveSnapshot(1n)).toMatch(/EEXIST|ENOTDIR/);
    expect(await ids(index)).toEqual(['a']);
    index.close();
  });
});

describe('A process that dies', () => {
  it('rejects what is under way and what comes after, tells, and can be opened again', async () => {
    const index = make();
    await index.open('log');
    let told = 0;
    index.onLost(() => (told += 1));
    await index.upsert([entry('a', unit(1, 0))]);
    const underWay = ids(index);
    process.kill(index.pid!, 'SIGKILL');
    await expect(underWay).rejects.toBeInstanceOf(VectorIndexLost);
    await expect(ids(index)).rejects.toBeInstanceOf(VectorIndexLost);
    expect(told).toBe(1);
    await index.open('log');
    expect(await ids(index)).toEqual([]);
    index.close();
  });

  it('is killed when it hangs', async () => {
    const index = make({ patienceMs: 4_000 });
    await index.open('log');
    process.kill(index.pid!, 'SIGSTOP');
    await expect(index.state()).rejects.toBeInstanceOf(VectorIndexLost);
  });
});
