import { FileHandle } from 'node:fs/promises';
import { FilePart } from './clocked-pcm';
import { ByteRange } from './input-options';

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
  for (let from = 0; from < size;) {
    const wav = await scanOne(handle, from, size);
    if (from === 0) declaredSeconds = wav.declaredSeconds;
    parts.push(...wav.parts);
    from = wav.end;
    if (!(await isWave(handle, wav.end))) break;
    if (parts.length >= MAX_PARTS) break;
  }
  return { parts: isPlain(parts) ? [] : withinLimit(parts, size), declaredSeconds };
}

function isPlain([first, ...more]: readonly FilePart[]): boolean {
  return more.length === 0 && !first?.ignoreLength && !first?.head;
}

/** Beyond the limit, all that follows is read as one: the headers in it are clicks, but nothing is lost. */
function withinLimit(parts: readonly FilePart[], size: number): FilePart[] {
  const last = parts[MAX_PARTS - 1];
  if (!last || last.to >= size) return [...parts];
  return [...parts.slice(0, MAX_PARTS - 1), { ...last, to: size, ignoreLength: true }];
}

interface OneWav {
  /** One; more where the file has more than one chunk of sound, of which ffmpeg reads only the last. */
  parts: FilePart[];
  /** Offset behind it. */
  end: number;
  declaredSeconds: number | null;
}

/** What the chunks before the sound say of it. */
interface WavFormat {
  /** The chunk that describes the samples. */
  chunk: ByteRange | undefined;
  /** 0 for a format whose bytes do not tell its length. */
  bytesPerSecond: number;
  sampleRate: number;
  /** Samples in the sound, as packed formats state them. */
  statedSamples: number;
  /** Bytes in the sound, where that takes 64 bits. */
  dataBytes64: number | undefined;
}

async function scanOne(handle: FileHandle, from: number, size: number): Promise<OneWav> {
  let offset = from + 12;
  let format: WavFormat = {
    chunk: undefined,
    bytesPerSecond: 0,
    sampleRate: 0,
    statedSamples: 0,
    dataBytes64: undefined,
  };
  for (let chunk = 0; chunk < MAX_CHUNKS && offset + 8 <= size; chunk += 1) {
    const { id, length, content } = await readChunk(handle, offset);
    if (id === 'data') return soundOf(handle, { from, offset, length, size }, format);
    if (id === 'fmt ') format = { ...format, ...formatOf(content, length), chunk: rangeOf(offset, length) };
    if (id === 'fact' && length >= 4) format.statedSamples = content.readUInt32LE(0);
    if (id === 'ds64') format.dataBytes64 = Number(content.readBigUInt64LE(8));
    offset += 8 + padded(length);
  }
  return { parts: [{ from, to: size, ignoreLength: false }], end: size, declaredSeconds: null };
}

interface DataChunk {
  /** Offset of its file. */
  from: number;
  offset: number;
  length: number;
  /** Of all files that were joined. */
  size: number;
}

async function soundOf(handle: FileHandle, data: DataChunk, format: WavFormat): Promise<OneWav> {
  const { from, offset, length, size } = data;
  const { dataBytes64, bytesPerSecond } = format;
  const isUnknown = isPlaceholderSize(length) && !dataBytes64;
  if (isUnknown) {
    // ffmpeg reads on where a size of 32 bits is a placeholder, but takes a 64-bit size of 0 at its word.
    return { parts: [{ from, to: size, ignoreLength: dataBytes64 === 0 }], end: size, declaredSeconds: null };
  }
  const declared = isPlaceholderSize(length) && dataBytes64 ? dataBytes64 : length;
  const dataEnd = offset + 8 + declared;
  const declaredSeconds = secondsOf(declared, format, dataEnd > size);
  const behind = await chunksBehindSound(handle, dataEnd, size);
  if (!behind) {
    const ignoreLength = await isSound(handle, dataEnd, size, bytesPerSecond);
    return { parts: [{ from, to: size, ignoreLength }], end: size, declaredSeconds };
  }
  const { end, chunks } = behind;
  const isSplit = format.chunk !== undefined && chunks.some(({ id }) => id === 'data');
  return isSplit
    ? splitSound(handle, { ...data, length: declared }, format, behind)
    : { parts: [{ from, to: end, ignoreLength: false }], end, declaredSeconds };
}

/** Makes each chunk of sound a file of its own: the start of the file and the description of the samples stand before it. */
async function splitSound(
  handle: FileHandle,
  { from, offset, length }: DataChunk,
  first: WavFormat,
  { chunks, end }: ChunksBehind,
): Promise<OneWav> {
  const start = { from, to: from + 12 };
  let format = first;
  const parts: FilePart[] = [];
  let declaredSeconds: number | null = 0;
  for (const chunk of [{ id: 'data', offset, length }, ...chunks]) {
    const range = rangeOf(chunk.offset, chunk.length);
    if (chunk.id === 'fmt ') {
      const { content } = await readChunk(handle, chunk.offset);
      format = { ...format, ...formatOf(content, chunk.length), chunk: range };
    }
    if (chunk.id !== 'data' || !format.chunk) continue;
    const seconds = isPlaceholderSize(chunk.length) ? null : secondsOf(chunk.length, format, false);
    declaredSeconds = declaredSeconds === null || seconds === null ? null : declaredSeconds + seconds;
    parts.push({
      from: range.from,
      to: Math.min(range.to, end),
      ignoreLength: false,
      head: [start, format.chunk],
    });
  }
  return { parts, end, declaredSeconds };
}

/** @param isCut the file ends before the sound does */
function secondsOf(
  bytes: number,
  { bytesPerSecond, sampleRate, statedSamples }: WavFormat,
  isCut: boolean,
): number | null {
  if (bytesPerSecond > 0) return bytes / bytesPerSecond;
  // Programs often state a wrong number. Where the file was cut off, it is the best that there is.
  return isCut && statedSamples > 0 && sampleRate > 0 ? statedSamples / sampleRate : null;
}

function formatOf(content: Buffer, length: number): Pick<WavFormat, 'bytesPerSecond' | 'sampleRate'> {
  return { bytesPerSecond: bytesPerSecondOf(content, length), sampleRate: content.readUInt32LE(4) };
}

/** Chunks begin at even offsets. */
function padded(length: number): number {
  return length + (length % 2);
}

function rangeOf(offset: number, length: number): ByteRange {
  return { from: offset, to: offset + 8 + length };
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

interface ChunksBehind {
  chunks: { id: string; offset: number; length: number }[];
  /** Offset behind them. */
  end: number;
}

/** Other chunks that follow the sound, up to the end or another file. Undefined: padding, or more sound than was declared. */
async function chunksBehindSound(
  handle: FileHandle,
  dataEnd: number,
  size: number,
): Promise<ChunksBehind | undefined> {
  return (await chunksFrom(handle, dataEnd, size)) ?? chunksFrom(handle, padded(dataEnd), size);
}

async function chunksFrom(
  handle: FileHandle,
  offset: number,
  size: number,
): Promise<ChunksBehind | undefined> {
  let at = offset;
  const chunks: ChunksBehind['chunks'] = [];
  while (chunks.length < MAX_CHUNKS) {
    if (at >= size) return { chunks, end: size };
    if (await isWave(handle, at)) return { chunks, end: at };
    if (at + 8 > size) return chunks.length > 0 ? { chunks, end: size } : undefined;
    const { id, length } = await readChunk(handle, at);
    const isWhole = at + 8 + length <= size + 1;
    if (!/^[A-Za-z0-9_ ]{4}$/.test(id) || !(isWhole || id === 'data')) return undefined;
    chunks.push({ id, offset: at, length });
    // More sound whose header does not tell where it ends.
    if (id === 'data' && isPlaceholderSize(length)) return { chunks, end: size };
    at += 8 + padded(length);
  }
  return undefined;
}

async function isSound(
  handle: FileHandle,
  dataEnd: number,
  size: number,
  bytesPerSecond: number,
): Promise<boolean> {
  return size - dataEnd >= bytesPerSecond * MIN_EXTRA_SECONDS && !(await isZero(handle, dataEnd, size));
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
