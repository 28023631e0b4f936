import { FileHandle } from 'node:fs/promises';
import { FilePart } from './clocked-pcm';

const OGG_PAGE = Buffer.from('OggS\0', 'latin1');
const OGG_HEADER_BYTES = 27;
/** Of the first packet of a stream: enough to tell codecs apart. */
const OGG_CODEC_BYTES = 7;
/** A page's header, its longest table of segments, and the name of the codec. */
const OGG_START_BYTES = OGG_HEADER_BYTES + 255 + OGG_CODEC_BYTES;
const BEGINS_STREAM = 2;
const MAX_BOXES = 100_000;
const MAX_PARTS = 1_000;
const PIECE_BYTES = 4 * 1024 * 1024;
/** Of the start of a file; an EBML header is some forty bytes long. */
const START_BYTES = 64;
const DOC_TYPES = [Buffer.from('webm'), Buffer.from('matroska')];
const WAVPACK_INITIAL_BLOCK = 1 << 11;

/** How the files of a container begin, by the name that ffprobe gives the container. */
interface FileStart {
  signature: Buffer;
  /** @param header the signature and what follows it */
  isStart: (header: Buffer) => boolean;
}

const FILE_STARTS: Partial<Record<string, FileStart>> = {
  'matroska,webm': {
    signature: Buffer.from('1a45dfa3', 'hex'),
    isStart: (header) => DOC_TYPES.some((docType) => header.includes(docType)),
  },
  aiff: {
    signature: Buffer.from('FORM'),
    isStart: (header) => /^AIF[FC]$/.test(header.toString('latin1', 8, 12)),
  },
  asf: { signature: Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex'), isStart: () => true },
  caf: { signature: Buffer.from('caff\0\x01\0\0desc', 'latin1'), isStart: () => true },
  flv: {
    signature: Buffer.from('FLV\x01', 'latin1'),
    isStart: (header) => header.length >= 9 && header.readUInt32BE(5) === 9,
  },
  tta: {
    signature: Buffer.from('TTA1'),
    isStart: (header) => header.length >= 22 && [1, 2].includes(header.readUInt16LE(4)) && header[7] === 0,
  },
  w64: { signature: Buffer.from('726966662e91cf11a5d628db04c10000', 'hex'), isStart: () => true },
  wv: {
    signature: Buffer.from('wvpk'),
    isStart: (header) =>
      header.length >= 32 &&
      header[9] === 4 &&
      header.readUInt32LE(16) === 0 &&
      (header.readUInt32LE(24) & WAVPACK_INITIAL_BLOCK) !== 0 &&
      header.readUInt32LE(20) > 0,
  },
};

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
 * Files of one container that were written one behind the other, of which ffmpeg (or some versions of it) reads only the
 * first. A file need not state its own length, so the whole file is looked through for the start of another.
 */
export async function joinedFiles(handle: FileHandle, size: number, container: string): Promise<FilePart[]> {
  const known = FILE_STARTS[container];
  if (!known) return [];
  const { signature, isStart } = known;
  const starts: number[] = [];
  for await (const { offset, bytes } of occurrences(handle, size, signature, START_BYTES)) {
    if (isStart(bytes)) starts.push(offset);
  }
  return partsFrom(starts, size);
}

/**
 * Chained Ogg whose links differ in their codecs: ffmpeg stops where the codec changes, and reports no failure. Links of one
 * codec need no care, ffmpeg reads on.
 */
export async function joinedOgg(handle: FileHandle, size: number): Promise<FilePart[]> {
  const links: { from: number; codecs: string }[] = [];
  let isAmongBeginnings = false;
  for await (const { offset, bytes } of occurrences(handle, size, OGG_PAGE, OGG_START_BYTES)) {
    const codec = codecOfBeginning(bytes);
    const link = links.at(-1);
    if (codec !== undefined && link && isAmongBeginnings) link.codecs += codec;
    else if (codec !== undefined) links.push({ from: offset, codecs: codec });
    isAmongBeginnings = codec !== undefined;
  }
  const isOfOneKind = links.every(({ codecs }) => codecs === links[0]?.codecs);
  return isOfOneKind
    ? []
    : partsFrom(
        links.map(({ from }) => from),
        size,
      );
}

/**
 * Every place in a file where these bytes stand.
 *
 * @param length how many bytes from there on are given; fewer at the end of the file
 */
async function* occurrences(
  handle: FileHandle,
  size: number,
  signature: Buffer,
  length: number,
): AsyncGenerator<{ offset: number; bytes: Buffer }> {
  const piece = Buffer.alloc(PIECE_BYTES + length);
  for (let offset = 0; offset < size; offset += PIECE_BYTES) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, offset);
    const bytes = piece.subarray(0, bytesRead);
    for (
      let at = bytes.indexOf(signature);
      at >= 0 && at < PIECE_BYTES;
      at = bytes.indexOf(signature, at + 1)
    ) {
      yield { offset: offset + at, bytes: bytes.subarray(at, at + length) };
    }
  }
}

/** The codec of a stream that begins with this page; undefined for any other page. */
function codecOfBeginning(page: Buffer): string | undefined {
  if (page.length < OGG_HEADER_BYTES || ((page[5] ?? 0) & BEGINS_STREAM) === 0) return undefined;
  if (page.readBigInt64LE(6) !== 0n) return undefined;
  const content = OGG_HEADER_BYTES + (page[26] ?? 0);
  return page.toString('latin1', content, content + OGG_CODEC_BYTES);
}

function partsFrom(starts: readonly number[], size: number): FilePart[] {
  if (starts.length < 2 || starts[0] !== 0) return [];
  return starts.slice(0, MAX_PARTS).map((from, n) => ({
    from,
    to: n + 1 < MAX_PARTS ? (starts[n + 1] ?? size) : size,
    ignoreLength: false,
  }));
}
