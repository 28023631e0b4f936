import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** What a file's bytes must hash to. */
export interface Checksum {
  algorithm: 'sha1' | 'sha256' | 'sha512';
  /** Lower-case hex. */
  digest: string;
  /** Hashed before the bytes: git hashes a header with each file. */
  prefix?: string;
}

/** @param integrity as npm writes it: `sha512-` and base64 */
export function npmChecksum(integrity: string): Checksum {
  const digest = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  return { algorithm: 'sha512', digest };
}

/** @param oid name of a git blob of `size` bytes */
export function gitChecksum(oid: string, size: number): Checksum {
  return { algorithm: 'sha1', digest: oid, prefix: `blob ${size}\0` };
}

export function sha256Checksum(digest: string): Checksum {
  return { algorithm: 'sha256', digest };
}

/** Checks bytes as they pass by. */
export class ChecksumCheck {
  private readonly hash;

  constructor(private readonly expected: Checksum) {
    this.hash = createHash(expected.algorithm).update(expected.prefix ?? '');
  }

  add(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  /** May be called once, after the last byte. */
  holds(): boolean {
    return this.hash.digest('hex') === this.expected.digest;
  }
}

export async function fileHolds(file: string, expected: Checksum): Promise<boolean> {
  const check = new ChecksumCheck(expected);
  for await (const bytes of createReadStream(file)) check.add(bytes as Buffer);
  return check.holds();
}
