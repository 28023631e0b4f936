/**
 * Containers that are accepted. ffmpeg knows many more "formats", among them playlists and scripts that make it open
 * other files or addresses; with an allow-list such a file is simply not media.
 */
const DEMUXERS = [
  '3g2',
  '3gp',
  'aac',
  'ac3',
  'aiff',
  'amr',
  'asf',
  'au',
  'avi',
  'caf',
  'eac3',
  'flac',
  'flv',
  'gsm',
  'm4a',
  'matroska',
  'matroska,webm',
  'mj2',
  'mov',
  'mov,mp4,m4a,3gp,3g2,mj2',
  'mp3',
  'mp4',
  'mpeg',
  'mpegts',
  'ogg',
  'tta',
  'w64',
  'wav',
  'webm',
  'wv',
];

const FORMATS = ['-format_whitelist', [...new Set(DEMUXERS.flatMap((names) => names.split(',')))].join(',')];

/**
 * Larger pictures are not decoded. Both programs decode one picture of every video stream to describe it, and a cover
 * of 16,000 × 16,000 took 2.7 GB and a minute. Video up to 8K is below.
 */
const PICTURES = ['-max_pixels', String(36_000_000)];
/** Largest single allocation that ffmpeg grants itself. */
const MEMORY = ['-max_alloc', String(256 * 1024 * 1024)];

const LINK = /^https?:\/\//;

export function isLink(source: string): boolean {
  return LINK.test(source);
}

/** A stretch of bytes of a file that is a media file by itself. */
export interface ByteRange {
  from: number;
  /** Offset behind its last byte. */
  to: number;
}

/**
 * Options before every `-i` of a user's file: nothing but this file, or the link of the object storage that it is read
 * by, and only as real media.
 */
export function untrustedInput(source: string): readonly string[] {
  const protocols = isLink(source) ? 'http,https,tcp,tls,subfile,concat' : 'file,pipe,subfile,concat';
  return [...MEMORY, '-protocol_whitelist', protocols, ...FORMATS, ...PICTURES];
}

/** The address by which ffmpeg reads a file, or only some of its bytes: those of all ranges, one after the other. */
export function inputAddress(source: string, ranges: readonly ByteRange[] = []): string {
  const [only, ...more] = ranges;
  if (!only) return isLink(source) ? source : `file:${source}`;
  if (more.length === 0) return rangeAddress(source, only);
  // A bar separates addresses. Links are percent-encoded, and paths of temporary files have none.
  return `concat:${ranges.map((range) => rangeAddress(source, range)).join('|')}`;
}

function rangeAddress(source: string, { from, to }: ByteRange): string {
  return `subfile,,start,${from},end,${to},,:${source}`;
}

/** Text of ffmpeg without the links that it read from: who has one can read the recording. */
export function withoutLinks(text: string): string {
  return text.replaceAll(/https?:\/\/[^\s'"]+/g, '(link)');
}
