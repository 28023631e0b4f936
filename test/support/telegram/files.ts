import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { badRequest } from './refusal';
import { FileContent } from './types';

/** Bytes: what a bot may download, and what it may send. */
export const MOST_DOWNLOAD = 20 * 1_024 * 1_024;
export const MOST_UPLOAD = 50 * 1_024 * 1_024;
export const MOST_LOCAL = 2_000 * 1_024 * 1_024;

export interface KeptFile {
  readonly uniqueId: string;
  /** Undefined where only the size is claimed. */
  readonly bytes: Buffer | undefined;
  /** Bytes. */
  readonly size: number;
  readonly fileName: string;
  readonly mimeType: string;
  /** Folder and ending on Telegram's servers. */
  readonly folder: string;
  readonly ending: string;
}

/** The files of one server, by the ids that were given out for them. */
export class FileStore {
  private readonly byId = new Map<string, KeptFile>();
  private readonly byPath = new Map<string, KeptFile>();
  private readonly pathOf = new Map<string, string>();
  private disk: string | undefined;

  constructor(private readonly isLocal: boolean) {}

  keep(
    content: FileContent,
    about: { fileName: string; mimeType: string; folder: string; ending: string },
  ): KeptFile {
    const bytes = content instanceof Uint8Array ? Buffer.from(content) : undefined;
    const size = content instanceof Uint8Array ? content.length : content.claimedSize;
    const hash = createHash('sha256').update(bytes ?? `claimed ${size}`);
    const uniqueId = `AgAD${hash.digest('base64url').slice(0, 12)}`;
    return { ...about, uniqueId, bytes, size };
  }

  /** A new id for a file: every message that carries it has its own. */
  idFor(file: KeptFile): string {
    const id = `BQACAgIAAxkB${randomBytes(30).toString('base64url')}`;
    this.byId.set(id, file);
    return id;
  }

  find(fileId: string): KeptFile | undefined {
    return this.byId.get(fileId);
  }

  /**
   * Makes a file ready to be read, as getFile does.
   *
   * @throws Refusal 400 for an unknown id or a file beyond 20 MB (2 GB on a local server)
   */
  path(fileId: string): { file: KeptFile; path: string } {
    const file = this.byId.get(fileId);
    if (!file) throw badRequest('wrong file_id or the file is temporarily unavailable');
    if (file.size > (this.isLocal ? MOST_LOCAL : MOST_DOWNLOAD)) throw badRequest('file is too big');
    const number = this.byPath.size;
    const path = this.pathOf.get(file.uniqueId) ?? `${file.folder}/file_${number}${file.ending}`;
    this.pathOf.set(file.uniqueId, path);
    this.byPath.set(path, file);
    return { file, path: this.isLocal ? this.onDisk(path, file) : path };
  }

  /** The bytes under a path that getFile gave out. */
  read(path: string): Buffer | undefined {
    const file = this.byPath.get(path);
    return file && (file.bytes ?? Buffer.alloc(file.size));
  }

  /** Removes what was written to disk. */
  dispose(): void {
    if (this.disk !== undefined) rmSync(this.disk, { recursive: true, force: true });
    this.disk = undefined;
  }

  private onDisk(path: string, file: KeptFile): string {
    this.disk ??= mkdtempSync(join(tmpdir(), 'fake-telegram-'));
    const whole = join(this.disk, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, file.bytes ?? Buffer.alloc(0));
    if (!file.bytes) truncateSync(whole, file.size);
    return whole;
  }
}
