import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDatabaseFailure } from '../postgres/database-failure';
import { writePrivateFile } from './write-private-file';

describe('A private file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'private-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('can be read by its user only, and replaces the one before', () => {
    const file = join(folder, 'key');
    // As a crash of another program may have left it.
    writeFileSync(`${file}.new`, 'half of it, and longer', { mode: 0o644 });
    writePrivateFile(file, 'one');
    writePrivateFile(file, 'two');
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['key']);
  });

  it('names the file that cannot be written, and is not taken for a failure of the database', () => {
    const file = join(folder, 'missing', 'key');
    let failure: unknown;
    try {
      writePrivateFile(file, 'one');
    } catch (error) {
      failure = error;
    }
    expect(String(failure)).toContain(`Cannot write ${file}`);
    expect(isDatabaseFailure(failure)).toBe(false);
  });
});
