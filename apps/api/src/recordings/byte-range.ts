import parseRange from 'range-parser';

/** Bytes, both ends inclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Which bytes a request wants (RFC 9110, 14): all of them also where the range is not understood, where there are several,
 * and where `If-Range` names other content.
 */
export function chooseRange(
  range: string | undefined,
  ifRange: string | undefined,
  { etag, sizeBytes }: { etag: string; sizeBytes: number },
): ByteRange | 'all' | 'beyond' {
  if (range === undefined || !range.startsWith('bytes=')) return 'all';
  if (ifRange !== undefined && ifRange !== etag) return 'all';
  const ranges = parseRange(sizeBytes, range);
  if (ranges === -1) return 'beyond';
  const [first, ...others] = ranges === -2 ? [] : ranges;
  return first && others.length === 0 ? first : 'all';
}
