import { FileHandle } from 'node:fs/promises';
import { FilePart } from './clocked-pcm';

const MAX_BOXES = 100_000;
const MAX_PARTS = 1_000;
const PIECE_BYTES = 4 * 1024 * 1024;
const EBML = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);
/** Within an EBML header, which is some forty bytes long. */
const DOC_TYPES = [Buffer.from('webm'), Buffer.from('matroska')];
const EBML_HEADER_BYTES = 64;

/** MP4 files that were written one behind the other: ffmpeg reads only the first. Empty: the file is one. */
export async function joinedMp4(handle: FileHandle, size: number): Promise<FilePart[]> {
  const starts: number[] = [];
  let offset = 0;
  const header = Buffer.alloc(16);
  for (let box = 0; box < MAX_BOXES && offset + 8 <= size; box += 1) {
    await handle.read(header, 0, 16, offset);
    const short = header.readUInt32BE(0);
    if (header.toString('latin1', 4, 8) === 'ftyp') starts.push(offset);
    const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    // 0: to the end of the file.
    if (length < 8) break;
    offset += length;
  }
  return partsFrom(starts, size);
}

/**
 * Matroska and WebM files that were written one behind the other; some versions of ffmpeg read only the first. A live
 * recording does not know its own length, so the whole file is looked through for another header.
 */
export async function joinedMatroska(handle: FileHandle, size: number): Promise<FilePart[]> {
  const starts: number[] = [];
  const piece = Buffer.alloc(PIECE_BYTES + EBML_HEADER_BYTES);
  for (let offset = 0; offset < size; offset += PIECE_BYTES) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, offset);
    const bytes = piece.subarray(0, bytesRead);
    for (let at = bytes.indexOf(EBML); at >= 0 && at < PIECE_BYTES; at = bytes.indexOf(EBML, at + 1)) {
      const header = bytes.subarray(at, at + EBML_HEADER_BYTES);
      if (DOC_TYPES.some((docType) => header.includes(docType))) starts.push(offset + at);
    }
  }
  return partsFrom(starts, size);
}

function partsFrom(starts: readonly number[], size: number): FilePart[] {
  if (starts.length < 2 || starts[0] !== 0) return [];
  return starts.slice(0, MAX_PARTS).map((from, n) => ({
    from,
    to: n + 1 < MAX_PARTS ? (starts[n + 1] ?? size) : size,
    ignoreLength: false,
  }));
}
