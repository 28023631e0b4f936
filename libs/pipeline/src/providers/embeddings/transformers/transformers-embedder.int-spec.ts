import type { ChildProcess, ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeHub } from '@test/onnx/fake-hub';
import { POISON, writeTinyEmbeddingModel } from '@test/onnx/tiny-embedding-model';
import { TransformersEmbedder, TransformersEmbedderOptions } from './transformers-embedder';

/** The processes that were started, so that one can be killed. */
const processes: ChildProcess[] = [];
jest.mock('node:child_process', () => {
  const actual = jest.requireActual<typeof import('node:child_process')>('node:child_process');
  const fork = (script: string, options: ForkOptions): ChildProcess => {
    const child = actual.fork(script, options);
    processes.push(child);
    return child;
  };
  return { ...actual, fork };
});

const DIMENSION = 24;
const words = (word: string, times: number): string => Array<string>(times).fill(word).join(' ');
const kill = async (child: ChildProcess): Promise<void> => {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

describe('The transformers embedder', () => {
  const root = mkdtempSync(join(tmpdir(), 'vox-embedder-'));
  const options: TransformersEmbedderOptions = {
    model: 'tiny/embedder',
    revision: 'main',
    quantized: false,
    modelsFolder: root,
    hubUrl: undefined,
    allowDownload: false,
  };
  let embedder: TransformersEmbedder;
  let itsProcess: ChildProcess;
  const one = async (text: string): Promise<Float32Array> => (await embedder.embed([text]))[0]!;

  beforeAll(async () => {
    writeTinyEmbeddingModel(join(root, 'tiny/embedder'), { dimension: DIMENSION });
    embedder = await TransformersEmbedder.load(options);
    itsProcess = processes.at(-1)!;
  });
  afterAll(async () => {
    await embedder.close();
    rmSync(root, { recursive: true });
  });

  it('knows its model by name, revision and content', async () => {
    const { provider, model, dimension } = embedder.identity;
    expect([provider, dimension]).toEqual(['transformers', DIMENSION]);
    expect(model).toMatch(/^tiny\/embedder@main#[0-9a-f]{12}$/);
    writeTinyEmbeddingModel(join(root, 'other/embedder'), { seed: 8, quantized: true });
    const other = await TransformersEmbedder.load({ ...options, model: 'other/embedder', quantized: true });
    expect(other.identity.model).toMatch(/^other\/embedder@main\+q8#[0-9a-f]{12}$/);
    expect(other.identity.model.slice(-12)).not.toBe(model.slice(-12));
    await other.close();
  });
  it('gives unit vectors that tell words apart', async () => {
    const [clean, same, price] = await embedder.embed(['clean room', 'Clean  ROOM', 'price is high']);
    for (const vector of [clean!, price!]) {
      expect(vector).toHaveLength(DIMENSION);
      expect(dot(vector, vector)).toBeCloseTo(1, 5);
    }
    expect(dot(clean!, same!)).toBeCloseTo(1, 5);
    expect(dot(clean!, price!)).toBeLessThan(0.95);
  });
  it('gives the zero vector for blank texts', async () => {
    const [empty, room, blank] = await embedder.embed(['', 'room', ' \n ']);
    expect([...empty!, ...blank!].every((value) => value === 0)).toBe(true);
    expect(dot(room!, room!)).toBeCloseTo(1, 5);
    expect(await embedder.embed([])).toEqual([]);
  });
  it('keeps the order, and padding changes nothing', async () => {
    const texts = Array.from({ length: 40 }, (_, index) =>
      words(['room', 'price', 'cold'][index % 3]!, 1 + (index % 9)),
    );
    const together = await embedder.embed(texts);
    for (const [index, text] of texts.entries())
      expect(dot(together[index]!, await one(text))).toBeCloseTo(1, 5);
  });
  it('takes all of a text that is longer than the window', async () => {
    const first = words('room', 14);
    const second = words('cold', 14);
    const both = await one(`${first} ${second}`);
    expect(dot(both, await one(first))).toBeLessThan(0.97);
    expect(dot(both, await one(first))).toBeCloseTo(dot(both, await one(second)), 2);
    expect(dot(both, both)).toBeCloseTo(1, 5);
    // One word without a border, longer than the window.
    expect(dot(await one('x'.repeat(90)), await one('x'.repeat(90)))).toBeCloseTo(1, 5);
  });
  it('refuses values that are not numbers, and goes on', async () => {
    await expect(embedder.embed(['room', POISON])).rejects.toMatchObject({ code: 'invalid_response' });
    expect(await one('room')).toHaveLength(DIMENSION);
  });
  it('drops a request that is given up, and goes on', async () => {
    const reason = new Error('no longer wanted');
    await expect(embedder.embed(['room'], AbortSignal.abort(reason))).rejects.toBe(reason);
    const abort = new AbortController();
    const given = embedder.embed(Array<string>(2_000).fill(words('room', 200)), abort.signal);
    setTimeout(() => abort.abort(reason), 20);
    await expect(given).rejects.toBe(reason);
    expect(await one('room')).toHaveLength(DIMENSION);
  });
  it('leaves the event loop free', async () => {
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const begun = performance.now();
    await embedder.embed([words('the room was clean', 20_000)]);
    const took = performance.now() - begun;
    clearInterval(beat);
    expect(longest).toBeLessThan(took / 2);
  });
  it('rejects what is pending when its process dies, and starts it anew', async () => {
    const before = await one('clean room');
    const started = processes.length;
    const pending = embedder.embed([words('the room was clean', 20_000)]);
    await sleep(20);
    await kill(itsProcess);
    await expect(pending).rejects.toMatchObject({ name: 'ProviderFailure', code: 'unavailable' });
    expect(dot(await one('clean room'), before)).toBeCloseTo(1, 5);
    expect(processes.length).toBe(started + 1);
  });
  it('does not go on with another model under the same name', async () => {
    const folder = join(root, 'changing/embedder');
    writeTinyEmbeddingModel(folder);
    const changing = await TransformersEmbedder.load({ ...options, model: 'changing/embedder' });
    writeTinyEmbeddingModel(folder, { seed: 9 });
    await kill(processes.at(-1)!);
    await expect(changing.embed(['room'])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('has changed'),
    });
    await changing.close();
  });
  it('says when it was closed', async () => {
    const closing = await TransformersEmbedder.load(options);
    await closing.close();
    await expect(closing.embed(['room'])).rejects.toMatchObject({ code: 'unavailable' });
  });
  it.each([
    ['onnx/model.onnx', 900],
    ['tokenizer.json', 40],
  ])('says when %s is broken', async (file, length) => {
    const folder = join(root, 'broken/embedder');
    writeTinyEmbeddingModel(folder);
    truncateSync(join(folder, file), length);
    const loading = TransformersEmbedder.load({ ...options, model: 'broken/embedder' });
    await expect(loading).rejects.toMatchObject({
      code: 'not_installed',
      message: expect.stringContaining(`${folder} cannot be loaded`),
    });
  });
  it('comes from the hub and works from then on without it', async () => {
    writeTinyEmbeddingModel(join(root, 'hub'), { dimension: DIMENSION });
    writeFileSync(join(root, 'hub', 'README.md'), 'not part of the model');
    const hub = new FakeHub(join(root, 'hub'), 'far/embedder');
    const lines: string[] = [];
    const far = { ...options, model: 'far/embedder', allowDownload: true, hubUrl: await hub.start() };
    const downloaded = await TransformersEmbedder.load({ ...far, onProgress: (line) => lines.push(line) });
    await hub.stop();
    expect(lines[0]).toMatch(/^Downloading far\/embedder: tokenizer\.json /);
    expect(downloaded.identity.model.slice(-12)).toBe(embedder.identity.model.slice(-12));
    await downloaded.close();
    const again = await TransformersEmbedder.load(far);
    expect(again.identity).toEqual(downloaded.identity);
    await again.close();
  });
});
