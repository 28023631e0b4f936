import { LogSealed, Seal } from '@voxpersona/domain';
import { errorCode } from '@voxpersona/platform';
import { open, readFile } from 'node:fs/promises';

/** The file of seals cannot be read as one. */
export class SealFileInvalid extends Error {
  constructor(path: string, line: number) {
    super(`${path}, line ${line}, is no seal`);
    this.name = 'SealFileInvalid';
  }
}

/** Seals outside the database, one JSON document per line: to be copied to where who can change the log cannot change them. */
export class SealFile {
  constructor(private readonly path: string) {}

  /** On the disk when this resolves. */
  async append(seal: Seal, publicKey: string): Promise<void> {
    const file = await open(this.path, 'a', 0o644);
    try {
      await file.write(`${JSON.stringify({ ...seal, publicKey })}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  /**
   * Adds the seals of the log that came after the last one here: a seal may be recorded without the process that made it
   * learning so. An empty file gets the last one only; it may have been moved away on purpose.
   *
   * @throws SealFileInvalid
   */
  async complete(seals: readonly Seal[], publicKey: string): Promise<void> {
    const last = (await this.readOrNothing()).at(-1)?.treeSize;
    const missing = last === undefined ? seals.slice(-1) : seals.filter(({ treeSize }) => treeSize > last);
    for (const seal of missing) await this.append(seal, publicKey);
  }

  private async readOrNothing(): Promise<Seal[]> {
    try {
      return await this.read();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** @throws SealFileInvalid */
  async read(): Promise<Seal[]> {
    const lines = (await readFile(this.path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    return lines.map((line, index) => {
      const parsed = LogSealed.schema.safeParse(parse(line));
      if (!parsed.success) throw new SealFileInvalid(this.path, index + 1);
      return parsed.data;
    });
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
