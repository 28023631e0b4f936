import { FileHandle } from 'node:fs/promises';
import { FilePart } from './clocked-pcm';

const MAX_CHUNKS = 1_000;
const MAX_PARTS = 100;
const RIFF_IDS: ReadonlySet<string> = new Set(['RIFF', 'RF64', 'BW64']);
/** A placeholder may be this far off: programs subtract headers from it, or round it. */
const PLACEHOLDER_TOLERANCE = 64 * 1024;
/** Less than this behind the declared end is padding. */
const MIN_EXTRA_SECONDS = 0.1;

/** Format tags whose samples all take the same number of bytes: PCM, floats, A-law, µ-law, and the extensible form. */
const UNPACKED_FORMATS: ReadonlySet<number> = new Set([0x1, 0x3, 0x6, 0x7, 0xfffe]);
/** Format tags whose blocks all hold the same number of samples: Microsoft's and IMA's ADPCM, and GSM 6.10. */
const BLOCK_FORMATS: ReadonlySet<number> = new Set([0x2, 0x11, 0x31]);

export interface WavScan {
  /** The files that were joined; empty where ffmpeg reads the file well by itself. */
  parts: FilePart[];
  /** Length of the first file's sound as its header declares it; null: it does not. */
  declaredSeconds: number | null;
}

/**
 * True for a number of bytes that stands for "unknown": written by a program that streams and cannot go back. Known are 0,
 * the largest signed and unsigned numbers of 32 bits, and sox's 0x7ffff000 and 0x7f000000, all less some bytes of headers.
 */
export function isPlaceholderSize(bytes: number): boolean {
  return (
    bytes === 0 ||
    [0x7f000000, 0x80000000, 0x100000000].some((size) => Math.abs(size - bytes) <= PLACEHOLDER_TOLERANCE)
  );
}

/** Reads the chunks of a RIFF/WAVE file, and of the ones that were appended to it. */
export async function scanWav(handle: FileHandle, size: number): Promise<WavScan> {
  const parts: FilePart[] = [];
  let declaredSeconds: number | null = null;
  let from = 0;
  while (from < size) {
    const wav = await scanOne(handle, from, size);
    if (from === 0) declaredSeconds = wav.declaredSeconds;
    const isFollowed = await isWave(handle, wav.end);
    if (isFollowed && parts.length === MAX_PARTS - 1) {
      // Read as one with all that follows: their headers are clicks, but nothing is lost.
      parts.push({ from, to: size, ignoreLength: true });
      break;
    }
    parts.push({ from, to: wav.end, ignoreLength: wav.ignoreLength });
    from = wav.end;
    if (!isFollowed) break;
  }
  const isPlain = parts.length === 1 && !parts[0]?.ignoreLength;
  return { parts: isPlain ? [] : parts, declaredSeconds };
}

interface OneWav {
  /** Offset behind it. */
  end: number;
  ignoreLength: boolean;
  declaredSeconds: number | null;
}

async function scanOne(handle: FileHandle, from: number, size: number): Promise<OneWav> {
  let offset = from + 12;
  let bytesPerSecond = 0;
  let dataBytes64: number | undefined;
  for (let chunk = 0; chunk < MAX_CHUNKS && offset + 8 <= size; chunk += 1) {
    const { id, length, content } = await readChunk(handle, offset);
    if (id === 'fmt ') bytesPerSecond = bytesPerSecondOf(content, length);
    if (id === 'ds64') dataBytes64 = Number(content.readBigUInt64LE(8));
    if (id === 'data') {
      const isUnknown = isPlaceholderSize(length) && !dataBytes64;
      const declared = isUnknown ? null : isPlaceholderSize(length) && dataBytes64 ? dataBytes64 : length;
      const declaredSeconds = declared !== null && bytesPerSecond > 0 ? declared / bytesPerSecond : null;
      // ffmpeg reads on where a size of 32 bits is a placeholder, but takes a 64-bit size of 0 at its word.
      if (declared === null) return { end: size, ignoreLength: dataBytes64 === 0, declaredSeconds };
      const end = await endBehind(handle, offset + 8 + declared, size, bytesPerSecond);
      return { ...end, declaredSeconds };
    }
    // Chunks begin at even offsets.
    offset += 8 + length + (length % 2);
  }
  return { end: size, ignoreLength: false, declaredSeconds: null };
}

/** @returns 0 for a format whose bytes do not tell its length */
function bytesPerSecondOf(format: Buffer, length: number): number {
  const tag = format.readUInt16LE(0);
  if (UNPACKED_FORMATS.has(tag)) return format.readUInt32LE(8);
  if (!BLOCK_FORMATS.has(tag) || length < 20) return 0;
  // The average that the header states for these formats is a guess of the program that wrote it.
  const blockBytes = format.readUInt16LE(12);
  const blockSamples = format.readUInt16LE(18);
  return blockSamples > 0 ? (format.readUInt32LE(4) * blockBytes) / blockSamples : 0;
}

/** What follows the sound: other chunks, another file, padding, or more sound than was declared. */
async function endBehind(
  handle: FileHandle,
  dataEnd: number,
  size: number,
  bytesPerSecond: number,
): Promise<{ end: number; ignoreLength: boolean }> {
  for (const start of [dataEnd, dataEnd + (dataEnd % 2)]) {
    const end = await endOfChunks(handle, start, size);
    if (end !== undefined) return { end, ignoreLength: false };
  }
  const isSound =
    size - dataEnd >= bytesPerSecond * MIN_EXTRA_SECONDS && !(await isZero(handle, dataEnd, size));
  return { end: size, ignoreLength: isSound };
}

/** Offset behind the chunks that begin at `offset`, where that is the end or another file; else undefined. */
async function endOfChunks(handle: FileHandle, offset: number, size: number): Promise<number | undefined> {
  let at = offset;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
    if (at >= size) return size;
    if (await isWave(handle, at)) return at;
    if (at + 8 > size) return chunk > 0 ? size : undefined;
    const { id, length } = await readChunk(handle, at);
    if (!/^[A-Za-z0-9_ ]{4}$/.test(id) || at + 8 + length > size + 1) return undefined;
    at += 8 + length + (length % 2);
  }
  return undefined;
}

async function isWave(handle: FileHandle, offset: number): Promise<boolean> {
  const header = Buffer.alloc(12);
  const { bytesRead } = await handle.read(header, 0, 12, offset);
  const id = header.toString('latin1', 0, 4);
  return bytesRead === 12 && RIFF_IDS.has(id) && header.toString('latin1', 8, 12) === 'WAVE';
}

async function isZero(handle: FileHandle, from: number, to: number): Promise<boolean> {
  const piece = Buffer.alloc(1 << 20);
  for (let at = from; at < to; at += piece.length) {
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, to - at), at);
    if (bytesRead === 0) return true;
    if (piece.subarray(0, bytesRead).some((byte) => byte !== 0)) return false;
  }
  return true;
}

async function readChunk(
  handle: FileHandle,
  offset: number,
): Promise<{ id: string; length: number; content: Buffer }> {
  const bytes = Buffer.alloc(8 + 28);
  await handle.read(bytes, 0, bytes.length, offset);
  return { id: bytes.toString('latin1', 0, 4), length: bytes.readUInt32LE(4), content: bytes.subarray(8) };
}
