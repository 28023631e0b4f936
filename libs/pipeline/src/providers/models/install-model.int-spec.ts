import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeHub } from '@test/onnx/fake-hub';
import { writeTinyEmbeddingModel } from '@test/onnx/tiny-embedding-model';
import { ProviderFailure } from '../provider-failure';
import { installModel } from './install-model';
import { EMBEDDING_MODEL, filesOf } from './model-kind';
import { ModelSource } from './model-source';

const MODEL = 'tiny/embedder';
const FILES = filesOf(EMBEDDING_MODEL, false);
const WEIGHTS = 'onnx/model.onnx';

describe('Installing a model', () => {
  let root: string;
  let hub: FakeHub;
  let source: ModelSource;
  const lines: string[] = [];
  const install = (): Promise<string> => installModel(source, EMBEDDING_MODEL, (line) => lines.push(line));
  async function failure(): Promise<ProviderFailure> {
    const error: unknown = await install().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderFailure);
    return error as ProviderFailure;
  }

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'vox-model-'));
    writeTinyEmbeddingModel(join(root, 'hub'), { dimension: 384 });
    hub = new FakeHub(join(root, 'hub'), MODEL);
    lines.length = 0;
    source = {
      model: MODEL,
      revision: 'main',
      quantized: false,
      modelsFolder: join(root, 'models'),
      hubUrl: await hub.start(),
      allowDownload: true,
      stallMs: 400,
    };
  });
  afterEach(async () => {
    await hub.stop();
    rmSync(root, { recursive: true });
  });

  it('takes a whole folder as it is and asks nobody', async () => {
    writeTinyEmbeddingModel(join(root, 'models', MODEL));
    expect(await install()).toBe(join(root, 'models', MODEL));
    expect(hub.asked).toEqual([]);
  });
  it('downloads what is not there, says how far it is, and leaves nothing else behind', async () => {
    hub.sliceMs = 60;
    const folder = await install();
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(found.sort()).toEqual([...FILES, 'onnx'].sort());
    const aboutWeights = lines.filter((line) => line.includes(WEIGHTS));
    expect(aboutWeights.length).toBeGreaterThanOrEqual(2);
    expect(aboutWeights.length).toBeLessThanOrEqual(5);
    expect(aboutWeights.at(-1)).toMatch(/^Downloading tiny\/embedder: onnx\/model\.onnx \d+ % of 0\.1 MB$/);
    hub.asked.length = 0;
    await install();
    expect(hub.asked).toEqual([]);
  });
  it.each(['config.json', WEIGHTS])('refuses %s when it is not what the hub lists', async (file) => {
    hub.altered = file;
    const { message } = await failure();
    expect(message).toContain(`${file}: its contents are not what was published`);
    expect(existsSync(join(source.modelsFolder, MODEL, file))).toBe(false);
  });
  it('takes files from a mirror that lists none', async () => {
    hub.listsFiles = false;
    await install();
    expect(hub.asked).toEqual(FILES);
  });
  it('checks files whose hashes are known in advance, downloaded or not', async () => {
    writeTinyEmbeddingModel(join(root, 'models', MODEL));
    source = { ...source, sha256: { [WEIGHTS]: '0'.repeat(64) } };
    const { code, message } = await failure();
    expect(code).toBe('not_installed');
    expect(message).toContain(`${WEIGHTS} is not the file that models.json describes`);
  });
  it('takes a folder of the user as it is, and fetches nothing into it', async () => {
    const path = join(root, 'own');
    source = { ...source, origin: { type: 'folder', path } };
    expect((await failure()).message).toContain(`The model tiny/embedder in ${path} lacks`);
    writeTinyEmbeddingModel(path);
    expect(await install()).toBe(path);
    expect(hub.asked).toEqual([]);
  });
  it('keeps another revision apart', async () => {
    await hub.stop();
    hub = new FakeHub(join(root, 'hub'), MODEL, 'v2');
    source = { ...source, revision: 'v2', hubUrl: await hub.start() };
    expect(await install()).toBe(join(root, 'models', `${MODEL}@v2`));
  });
  it.each(['cut', 'stall'] as const)('goes on after a %s in the middle of a file', async (kind) => {
    hub.fault = { kind, file: WEIGHTS };
    const { code, message } = await failure();
    expect(code).toBe('not_installed');
    expect(message).toContain(WEIGHTS);
    const folder = join(source.modelsFolder, MODEL);
    expect(existsSync(join(folder, WEIGHTS))).toBe(false);
    expect(readdirSync(join(folder, 'onnx'))).toEqual([]);
    hub.fault = undefined;
    hub.asked.length = 0;
    await install();
    expect(hub.asked).toEqual([WEIGHTS, 'config.json']);
  });
  it('clears away what a killed process has left, and nothing of one that lives', async () => {
    const onnx = join(root, 'models', MODEL, 'onnx');
    mkdirSync(onnx, { recursive: true });
    for (const name of ['old', 'new']) writeFileSync(join(onnx, `model.onnx.${name}.part`), 'half');
    utimesSync(join(onnx, 'model.onnx.old.part'), 0, 0);
    await install();
    expect(readdirSync(onnx).sort()).toEqual(['model.onnx', 'model.onnx.new.part']);
  });
  it('fails soon when the hub is silent, and says what to do', async () => {
    hub.fault = { kind: 'silent' };
    const begun = Date.now();
    const { code, message } = await failure();
    expect(Date.now() - begun).toBeLessThan((source.stallMs ?? 0) + 1_000);
    expect(code).toBe('not_installed');
    expect(message).toBe(
      `The model tiny/embedder could not be fetched from ${new URL(source.hubUrl ?? '').host} ` +
        `(tokenizer.json: no answer for 0.4 s). ` +
        `Put the model's files into ${join(source.modelsFolder, MODEL)}, or choose another embedder.`,
    );
  });
  it('fails soon when nobody listens there', async () => {
    await hub.stop();
    expect((await failure()).message).toContain('no connection, ECONNREFUSED');
  });
  it('says when the hub has no such model', async () => {
    source = { ...source, model: 'tiny/unknown' };
    expect((await failure()).message).toContain('it answers 404');
  });
  it('says when the folder cannot be written', async () => {
    writeTinyEmbeddingModel(join(root, 'models'));
    source = { ...source, modelsFolder: join(root, 'models', 'config.json') };
    expect((await failure()).message).toMatch(/could not be written, E(NOTDIR|EXIST)/);
  });
  it('names the file that a folder lacks, and does not fill it up from the hub', async () => {
    writeTinyEmbeddingModel(join(root, 'models', MODEL));
    rmSync(join(root, 'models', MODEL, WEIGHTS));
    const { code, message } = await failure();
    expect(code).toBe('not_installed');
    expect(message).toContain(`lacks ${WEIGHTS}. Put what is missing there, remove the folder`);
    expect(hub.asked).toEqual([]);
  });
  it('asks nobody where downloads are not allowed', async () => {
    source = { ...source, allowDownload: false };
    expect((await failure()).message).toContain('downloads are not allowed');
    expect(hub.asked).toEqual([]);
  });
});
