import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesOf } from './model-kind';
import { readModelsFile } from './models-file';

describe('models.json', () => {
  let root: string;
  const read = (source: object): unknown => {
    const model = {
      name: 'some/model',
      kind: 'whisper',
      purpose: 'To hear.',
      licence: 'MIT',
      downloadBytes: 1,
      source,
    };
    writeFileSync(join(root, 'models.json'), JSON.stringify({ models: [model] }));
    return readModelsFile(join(root, 'models.json'))[0];
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'models-json-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('of the project is valid; what npm packages carry has a hash for each file', () => {
    const models = readModelsFile();
    expect(models.map(({ name }) => name)).toContain('silero-vad-v5');
    for (const { origin, kind, sha256 } of models) {
      if (origin.type !== 'npm') continue;
      expect(Object.keys(origin.paths)).toEqual(filesOf(kind, true));
      expect(Object.keys(sha256 ?? {})).toEqual(filesOf(kind, true));
    }
  });
  it('names a folder relative to itself', () => {
    expect(read({ type: 'folder', path: 'own' })).toMatchObject({ origin: { path: join(root, 'own') } });
  });
  it.each([
    { type: 'npm', package: 'p', version: '1.0.0', integrity: 'sha1-x', paths: {} },
    { type: 'npm', package: '../p', version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==`, paths: {} },
    {
      type: 'npm',
      package: 'p',
      version: '1.0.0',
      integrity: `sha512-${'A'.repeat(86)}==`,
      paths: { '../x': 'y' },
    },
    { type: 'hub', repository: '../../etc' },
    { type: 'ftp', url: 'x' },
  ])('that is not valid is refused with its name: %j', (source) => {
    expect(() => read(source)).toThrow(/models\.json is not valid/);
  });
});
