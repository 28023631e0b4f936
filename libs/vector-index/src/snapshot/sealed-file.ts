import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const MAGIC = Buffer.from('VOXPIDX1', 'latin1');
const SALT_BYTES = 32;
const FRAME_BYTES = 1 << 20;
const TAG_BYTES = 16;
const INFO = 'voxpersona sealed file';

/** The file is not one of ours, was changed, or was sealed under another key. */
export class SealedFileUnreadable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SealedFileUnreadable';
  }
}

/**
 * Writes bytes to a file that only the key opens: in frames of 1 MiB, AES-256-GCM each, under a key of this file's own.
 * A frame's nonce is its number, and the last frame is marked, so that frames can be neither swapped nor left off. The
 * file is written beside, flushed, read back, and only then takes its name: whoever finds it finds all of it.
 *
 * @param key 32 bytes
 * @throws whatever the file system says, ENOSPC above all; the old file, if there was one, is then still there
 */
export async function writeSealedFile(file: string, key: Buffer, pieces: Iterable<Buffer>): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const building = buildingName(file);
  try {
    const handle = await open(building, 'w', 0o600);
    let written: string;
    try {
      written = await writeFrames(handle, key, pieces);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const digest = createHash('sha256');
    for await (const piece of readSealedFile(building, key)) digest.update(piece);
    if (digest.digest('hex') !== written)
      throw new SealedFileUnreadable('What was written reads differently');
    await rename(building, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(building, { force: true });
    throw error;
  }
}

/**
 * Reads what `writeSealedFile` wrote, piece by piece.
 *
 * @throws SealedFileUnreadable, and what the file system says (ENOENT when there is none)
 */
export async function* readSealedFile(file: string, key: Buffer): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r');
  try {
    const head = await readExactly(handle, MAGIC.length + SALT_BYTES);
    if (head?.subarray(0, MAGIC.length).equals(MAGIC) !== true) {
      throw new SealedFileUnreadable('This is not a sealed file of VoxPersona');
    }
    const fileKey = keyOf(key, head.subarray(MAGIC.length));
    for (let number = 0, last = false; !last; number += 1) {
      const length = await readExactly(handle, 4);
      if (!length) throw new SealedFileUnreadable('The file is cut off');
      const word = length.readUInt32LE(0);
      last = word >= 0x8000_0000;
      const size = word & 0x7fff_ffff;
      const frame = size <= FRAME_BYTES ? await readExactly(handle, size + TAG_BYTES) : undefined;
      if (!frame) throw new SealedFileUnreadable('The file is cut off');
      yield openFrame(fileKey, number, last, frame);
    }
  } finally {
    await handle.close();
  }
}

/** Deletes it, and what a crash left of one that was being written. */
export async function deleteSealedFile(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(buildingName(file), { force: true });
}

function buildingName(file: string): string {
  return `${file}.building`;
}

async function writeFrames(handle: FileHandle, key: Buffer, pieces: Iterable<Buffer>): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const fileKey = keyOf(key, salt);
  const digest = createHash('sha256');
  await handle.writeFile(Buffer.concat([MAGIC, salt]));
  let number = 0;
  const write = async (frame: Buffer, last: boolean): Promise<void> => {
    digest.update(frame);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(frame.length + (last ? 0x8000_0000 : 0), 0);
    await handle.writeFile(Buffer.concat([length, sealFrame(fileKey, number, last, frame)]));
    number += 1;
  };
  let rest = Buffer.alloc(0);
  for (const piece of pieces) {
    let left = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    while (left.length > FRAME_BYTES) {
      await write(left.subarray(0, FRAME_BYTES), false);
      left = left.subarray(FRAME_BYTES);
    }
    // A copy: the piece may be a view of memory that its owner goes on to change.
    rest = Buffer.from(left);
  }
  await write(rest, true);
  return digest.digest('hex');
}

function keyOf(key: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, INFO, 32));
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(number, 0);
  return nonce;
}

function sealFrame(key: Buffer, number: number, last: boolean, frame: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number));
  cipher.setAAD(Buffer.from([last ? 1 : 0]));
  return Buffer.concat([cipher.update(frame), cipher.final(), cipher.getAuthTag()]);
}

function openFrame(key: Buffer, number: number, last: boolean, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number));
  decipher.setAAD(Buffer.from([last ? 1 : 0]));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new SealedFileUnreadable('The file was changed, or sealed under another key', error);
  }
}

async function readExactly(handle: FileHandle, length: number): Promise<Buffer | undefined> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(buffer, read, length - read);
    if (bytesRead === 0) return undefined;
    read += bytesRead;
  }
  return buffer;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
