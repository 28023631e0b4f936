import { join } from 'node:path';
import { CatalogueInvalid, parseCatalogue } from './catalogue';
import { loadCatalogue } from './load-catalogue';

const titles = { en: 'T', ru: 'Т' };
const definition = (change: object = {}): string =>
  JSON.stringify({ id: 'audit', titles, parts: [{ id: 'one', titles, maxOutputTokens: 500 }], ...change });
const files = (change: object = {}, prompt = 'Write.') => ({
  folder: 'audit',
  definition: definition(change),
  prompts: new Map([['one.md', prompt]]),
});
const faultsOf = (...all: ReturnType<typeof files>[]): readonly string[] => {
  try {
    parseCatalogue(all);
    return [];
  } catch (error) {
    return (error as CatalogueInvalid).faults;
  }
};

describe('The catalogue', () => {
  it('that comes along has the summary', async () => {
    const catalogue = await loadCatalogue(join(__dirname, '../../../../catalogue'));
    expect(catalogue.get('summary')?.parts.map((part) => part.id)).toEqual([
      'overview',
      'key-points',
      'follow-ups',
    ]);
  });
  it('gives a prompt another version exactly when it changes', () => {
    const version = (prompt: string) =>
      parseCatalogue([files({}, prompt)]).get('audit')?.parts[0]?.promptVersion;
    expect(version('Write.')).toMatch(/^[0-9a-f]{12}$/);
    expect(version('Write.')).toBe(version('Write.\n'));
    expect(version('Write.')).not.toBe(version('Write!'));
  });
  it('tells every fault, with its file', () => {
    expect(faultsOf()).toEqual(['there is no report type in it']);
    expect(faultsOf({ ...files(), definition: '{' })).toEqual([
      expect.stringContaining('reports/audit/report.json'),
    ]);
    expect(faultsOf(files({ id: 'other' }))).toEqual([expect.stringContaining('the folder is audit')]);
    expect(faultsOf({ ...files(), prompts: new Map() })).toEqual(['reports/audit/one.md: missing or empty']);
    const part = { id: 'one', titles, maxOutputTokens: 500 };
    expect(faultsOf(files({ parts: [part, part] }))).toEqual([
      expect.stringContaining('two parts share an id'),
    ]);
    expect(faultsOf(files({ parts: [] }), files({ extra: 1 }))).toHaveLength(2);
  });
});
