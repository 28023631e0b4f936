import { FileHandle } from 'node:fs/promises';
import { ByteRange } from './input-options';
import { isPlaceholderSize } from './wav-chunks';

/** Sizes in headers are off by some bytes in files that are whole: what is missing has to be more. */
const MIN_MISSING_BYTES = 4_096;
const MAX_CHUNKS = 1_000;
/** Where the writer of a stream puts the size of a file that it does not know. */
const UNKNOWN_RIFF_SIZES: ReadonlySet<number> = new Set([0, 0xffffffff]);

/** A file whose headers tell of more bytes than it has. */
export interface CutFile {
  /** Length in seconds that the file had, of each audio track; one for all where it has only one. Null: not stated. */
  trackSeconds: (number | null)[];
  /** The length is that of the sound and the picture together. */
  isOfAllStreams: boolean;
}

/**
 * Finds out from the headers of containers whether a file was cut off. For these, ffprobe derives the length from what is
 * left of the file.
 *
 * @returns `whole` where no bytes are missing; `unsized` where the file was written to a stream, and its lengths mean nothing
 */
export async function cutFile(
  handle: FileHandle,
  range: ByteRange,
  container: string,
): Promise<CutFile | 'whole' | 'unsized'> {
  switch (container) {
    case 'caf':
      return cutCaf(handle, range);
    case 'w64':
      return cutW64(handle, range);
    case 'avi':
      return cutAvi(handle, range);
    case 'asf':
      return cutAsf(handle, range);
    case 'flv':
      return cutFlv(handle, range);
    default:
      return 'whole';
  }
}

async function cutCaf(handle: FileHandle, { from, to }: ByteRange): Promise<CutFile | 'whole'> {
  const DESCRIPTION_BYTES = 32;
  let sampleRate = 0;
  let packetBytes = 0;
  let packetSamples = 0;
  let seconds: number | null = null;
  let offset = from + 8;
  for (let chunk = 0; chunk < MAX_CHUNKS && offset + 12 <= to; chunk += 1) {
    const bytes = await readAt(handle, offset, 12 + DESCRIPTION_BYTES);
    const length = Number(bytes.readBigInt64BE(4));
    const content = bytes.subarray(12);
    switch (bytes.toString('latin1', 0, 4)) {
      case 'desc':
        sampleRate = content.readDoubleBE(0);
        packetBytes = content.readUInt32BE(16);
        packetSamples = content.readUInt32BE(20);
        break;
      case 'pakt':
        // Packets of unequal size.
        seconds = Number(content.readBigInt64BE(8)) / sampleRate;
        break;
      case 'data': {
        // -1: to the end of the file.
        if (length < 0 || isPlaceholderSize(length) || !isMissing(offset + 12 + length, to)) return 'whole';
        if (packetBytes > 0) seconds = (((length - 4) / packetBytes) * packetSamples) / sampleRate;
        return { trackSeconds: [positive(seconds)], isOfAllStreams: false };
      }
    }
    if (length < 0) return 'whole';
    offset += 12 + length;
  }
  return 'whole';
}

const W64_HEADER_BYTES = 24;
/** Behind the four letters of a chunk's name. */
const W64_NAME_END = 'f3acd3118cd100c04f8edb8a';

async function cutW64(handle: FileHandle, { from, to }: ByteRange): Promise<CutFile | 'whole'> {
  let bytesPerSecond = 0;
  let sampleRate = 0;
  let samples = 0;
  // Behind the name and size of the file, and its type.
  let offset = from + W64_HEADER_BYTES + 16;
  for (let chunk = 0; chunk < MAX_CHUNKS && offset + W64_HEADER_BYTES <= to; chunk += 1) {
    const bytes = await readAt(handle, offset, W64_HEADER_BYTES + 16);
    const length = Number(bytes.readBigInt64LE(16));
    const content = bytes.subarray(W64_HEADER_BYTES);
    if (length < W64_HEADER_BYTES || bytes.toString('hex', 4, 16) !== W64_NAME_END) return 'whole';
    switch (bytes.toString('latin1', 0, 4)) {
      case 'fmt ':
        sampleRate = content.readUInt32LE(4);
        bytesPerSecond = content.readUInt32LE(8);
        break;
      case 'fact':
        samples = Number(content.readBigInt64LE(0));
        break;
      case 'data': {
        if (isPlaceholderSize(length) || !isMissing(offset + length, to)) return 'whole';
        const seconds = samples > 0 ? samples / sampleRate : (length - W64_HEADER_BYTES) / bytesPerSecond;
        return { trackSeconds: [positive(seconds)], isOfAllStreams: false };
      }
    }
    offset += Math.ceil(length / 8) * 8;
  }
  return 'whole';
}

/** An AVI file is a row of RIFF chunks, of which only the first describes the streams. */
async function cutAvi(handle: FileHandle, { from, to }: ByteRange): Promise<CutFile | 'whole' | 'unsized'> {
  let offset = from;
  for (let riff = 0; riff < MAX_CHUNKS && offset + 12 <= to; riff += 1) {
    const bytes = await readAt(handle, offset, 12);
    const length = bytes.readUInt32LE(4);
    if (bytes.toString('latin1', 0, 4) !== 'RIFF') return 'whole';
    if (UNKNOWN_RIFF_SIZES.has(length)) return 'unsized';
    const end = offset + 8 + length;
    if (isMissing(end, to)) {
      const firstEnd = from + 8 + (await readAt(handle, from, 8)).readUInt32LE(4);
      const trackSeconds = await aviTracks(handle, { from: from + 12, to: Math.min(to, firstEnd) });
      return { trackSeconds, isOfAllStreams: false };
    }
    offset = end + (end % 2);
  }
  return 'whole';
}

/** Lengths of the audio streams of an AVI file. */
async function aviTracks(handle: FileHandle, { from, to }: ByteRange): Promise<(number | null)[]> {
  const tracks: (number | null)[] = [];
  let offset = from;
  for (let chunk = 0; chunk < MAX_CHUNKS && offset + 12 <= to; chunk += 1) {
    const bytes = await readAt(handle, offset, 8 + 36);
    const id = bytes.toString('latin1', 0, 4);
    const length = bytes.readUInt32LE(4);
    const type = bytes.toString('latin1', 8, 12);
    if (id === 'LIST' && type === 'movi') break;
    if (id === 'LIST' && (type === 'hdrl' || type === 'strl')) {
      offset += 12;
      continue;
    }
    if (id === 'strh' && type === 'auds') {
      const [scale, rate, units] = [28, 32, 40].map((at) => bytes.readUInt32LE(at)) as [
        number,
        number,
        number,
      ];
      tracks.push(positive((units * scale) / rate));
    }
    offset += 8 + length + (length % 2);
  }
  return tracks;
}

const ASF_FILE_PROPERTIES = 'a1dcab8c47a9cf118ee400c00c205365';
const ASF_LIVE = 1;

async function cutAsf(handle: FileHandle, { from, to }: ByteRange): Promise<CutFile | 'whole'> {
  const PROPERTIES_BYTES = 104;
  // Behind the header's name and size, the number of objects in it, and two reserved bytes.
  let offset = from + 30;
  for (let object = 0; object < MAX_CHUNKS && offset + PROPERTIES_BYTES <= to; object += 1) {
    const bytes = await readAt(handle, offset, PROPERTIES_BYTES);
    const length = Number(bytes.readBigUInt64LE(16));
    if (bytes.toString('hex', 0, 16) === ASF_FILE_PROPERTIES) {
      const isLive = (bytes.readUInt32LE(88) & ASF_LIVE) !== 0;
      if (isLive || !isMissing(from + Number(bytes.readBigUInt64LE(40)), to)) return 'whole';
      const played = Number(bytes.readBigUInt64LE(64)) / 1e7;
      const preroll = Number(bytes.readBigUInt64LE(80)) / 1e3;
      return { trackSeconds: [positive(played - preroll)], isOfAllStreams: true };
    }
    if (length < 24) return 'whole';
    offset += length;
  }
  return 'whole';
}

/** Of the start of an FLV file; its properties stand in the first tag. */
const FLV_PROPERTIES_BYTES = 16 * 1024;

async function cutFlv(handle: FileHandle, { from, to }: ByteRange): Promise<CutFile | 'whole'> {
  const start = await readAt(handle, from, FLV_PROPERTIES_BYTES);
  const size = flvProperty(start, 'filesize');
  if (size === undefined || !isMissing(from + size, to)) return 'whole';
  return { trackSeconds: [positive(flvProperty(start, 'duration') ?? null)], isOfAllStreams: true };
}

/** A number in the properties: its name with the length of that, a zero for the type, and eight bytes. */
function flvProperty(start: Buffer, name: string): number | undefined {
  const key = Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name, 'latin1'), Buffer.from([0])]);
  const at = start.indexOf(key);
  return at < 0 || at + key.length + 8 > start.length ? undefined : start.readDoubleBE(at + key.length);
}

/** A size that no file can have is a placeholder. */
function isMissing(statedEnd: number, end: number): boolean {
  return statedEnd - end >= MIN_MISSING_BYTES && statedEnd <= Number.MAX_SAFE_INTEGER;
}

function positive(seconds: number | null): number | null {
  return seconds !== null && Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

/** Bytes behind the end of the file are zeros. */
async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, offset);
  return bytes;
}
