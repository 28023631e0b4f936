/** What was heard in one chunk, and where the chunk lies in the recording. Seconds. */
export interface HeardChunk {
  start: number;
  end: number;
  /** Seconds at its start that the chunk before holds too. */
  overlapSeconds: number;
  /** Times from the start of the chunk. */
  segments: readonly { start: number; end: number; text: string }[];
}

export interface TimedText {
  start: number;
  end: number;
  text: string;
}

/**
 * Lays the segments of all chunks on one time line. Times are held within their chunk. In an overlap the earlier chunk
 * counts up to its middle and the later one from there, each segment by its own middle; words that both then still
 * have at the seam are taken once.
 *
 * @param chunks in order of time; a chunk that failed is simply missing
 * @returns lines in order of their start
 */
export function mergeChunks(chunks: readonly HeardChunk[]): TimedText[] {
  const merged: TimedText[] = [];
  chunks.forEach((chunk, index) => {
    const before = chunks[index - 1];
    const after = chunks[index + 1];
    const from = before && before.end > chunk.start ? seam(chunk) : -Infinity;
    const to = after && chunk.end > after.start ? seam(after) : Infinity;
    const lines = chunk.segments
      .map((segment) => place(segment, chunk))
      .filter(({ start, end }) => (start + end) / 2 >= from && (start + end) / 2 < to);
    const last = merged.at(-1);
    const first = lines[0];
    if (last && first && from !== -Infinity) {
      const text = withoutRepeatedStart(last.text, first.text);
      lines.splice(0, 1, ...(text === '' ? [] : [{ ...first, text }]));
    }
    merged.push(...lines);
  });
  return merged.sort((a, b) => a.start - b.start || a.end - b.end);
}

function seam(chunk: HeardChunk): number {
  return chunk.start + chunk.overlapSeconds / 2;
}

function place(segment: TimedText, chunk: HeardChunk): TimedText {
  const within = (seconds: number): number => {
    const held = Math.min(Math.max(chunk.start + seconds, chunk.start), chunk.end);
    return Math.round(held * 1_000) / 1_000;
  };
  const start = within(segment.start);
  return { start, end: Math.max(start, within(segment.end)), text: segment.text };
}

/** Drops from the start of `next` the longest run of up to eight words with which `previous` ends. */
function withoutRepeatedStart(previous: string, next: string): string {
  const normal = (word: string): string => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const ending = previous.split(/\s+/u).map(normal);
  const words = next.split(/\s+/u);
  for (let length = Math.min(8, ending.length, words.length); length > 0; length -= 1) {
    const same = words
      .slice(0, length)
      .every((word, at) => normal(word) === ending[ending.length - length + at]);
    if (same) return words.slice(length).join(' ');
  }
  return next;
}
