import { FileHandle } from 'node:fs/promises';

/** An Ogg page has at most 27 + 255 header bytes and 255 × 255 bytes of content (RFC 3533). */
const MAX_PAGE_BYTES = 27 + 255 + 255 * 255;
const CAPTURE_PATTERN = Buffer.from('OggS');

/**
 * True when the last page of an Ogg file is longer than what is left of the file. Ogg declares no length, so this is
 * the trace that a cut leaves; a live recording that just stopped ends with a whole page, and so does the Ogg in a file
 * to which other bytes were appended.
 */
export async function isCutOgg(handle: FileHandle, size: number): Promise<boolean> {
  const start = Math.max(0, size - MAX_PAGE_BYTES);
  const tail = Buffer.alloc(size - start);
  await handle.read(tail, 0, tail.length, start);
  const at = tail.lastIndexOf(CAPTURE_PATTERN);
  return at >= 0 && pageEnd(tail, at) > tail.length;
}

/** Offset behind the page that begins at `at`; Infinity when not even its header is whole. */
function pageEnd(bytes: Buffer, at: number): number {
  const segmentCount = bytes[at + 26];
  if (segmentCount === undefined || at + 27 + segmentCount > bytes.length) return Infinity;
  const lengths = bytes.subarray(at + 27, at + 27 + segmentCount);
  return lengths.reduce((sum, length) => sum + length, at + 27 + segmentCount);
}
