import { joinOverlap } from './join-overlap';
import { PlacedSegment, PlacedWord, wordsOf } from './placed-words';

/** What was heard in one chunk, and where the chunk lies in the recording. Seconds. */
export interface HeardChunk {
  start: number;
  end: number;
  /** Seconds at its start that the chunk before holds too. */
  overlapSeconds: number;
  /** Times from the start of the chunk. */
  segments: readonly PlacedSegment[];
}

export interface TimedText {
  start: number;
  end: number;
  text: string;
  /** Set when the recogniser gave no usable times. */
  timesEstimated?: true;
}

/**
 * Lays the segments of all chunks on one time line. Times are held within their chunk. Where two chunks overlap, each word
 * that either of them heard comes out once; elsewhere nothing is touched.
 *
 * @param chunks in order of time; a chunk that failed is simply missing
 * @returns lines in order of their start
 */
export function mergeChunks(chunks: readonly HeardChunk[]): TimedText[] {
  const words = chunks.reduce<PlacedWord[]>((merged, chunk, index) => {
    const segments = chunk.segments.map((segment) => placed(segment, chunk));
    const own = segments.sort((a, b) => a.start - b.start || a.end - b.end).flatMap(wordsOf);
    const before = chunks[index - 1];
    if (!before || before.end <= chunk.start) return [...merged, ...own];
    return joinOverlap(merged, own, { start: chunk.start, end: Math.min(before.end, chunk.end) });
  }, []);
  return inOrder(linesOf(words));
}

function placed(segment: PlacedSegment, chunk: HeardChunk): PlacedSegment {
  const within = (seconds: number): number =>
    Math.min(Math.max(chunk.start + seconds, chunk.start), chunk.end);
  const times = ({ start, end }: { start: number; end: number }): { start: number; end: number } => ({
    start: within(start),
    end: Math.max(within(start), within(end)),
  });
  const words = segment.words?.map((word) => ({ ...word, ...times(word) }));
  return { ...segment, ...times(segment), ...(words && { words }) };
}

/** Words of one segment that stand together are a line; a single word that the other side heard joins the line around it. */
function linesOf(words: readonly PlacedWord[]): TimedText[] {
  const runs: PlacedWord[][] = [];
  words.forEach((word, index) => {
    const run = runs.at(-1);
    const segment = run?.[0]?.segment;
    const returns = words[index + 1]?.segment === segment;
    if (run && (word.segment === segment || returns)) run.push(word);
    else runs.push([word]);
  });
  return runs.map(lineOf);
}

/** The order of the words is certain; where times at a seam are estimates, a line may seem to begin before the one before. */
function inOrder(lines: readonly TimedText[]): TimedText[] {
  let latest = 0;
  return lines.map((line) => {
    latest = Math.max(latest, line.start);
    return { ...line, start: latest, end: Math.max(latest, line.end) };
  });
}

function lineOf(run: readonly PlacedWord[]): TimedText {
  const text = run
    .map((word, index) => {
      const before = run[index - 1];
      const joins = before && before.segment !== word.segment && needsSpace(before.slice, word.slice);
      return joins ? ` ${word.slice}` : word.slice;
    })
    .join('');
  const segment = run[0]?.segment;
  const whole = segment !== undefined && text.trim() === segment.text.trim();
  const start = whole ? segment.start : Math.min(...run.map((word) => word.start));
  const end = whole ? segment.end : Math.max(...run.map((word) => word.end));
  return {
    ...{ start: toMilliseconds(start), end: toMilliseconds(end), text: text.trim() },
    ...(segment?.timesEstimated && { timesEstimated: true as const }),
  };
}

/** Words of one segment bring the spaces between them along; words of two may not. */
function needsSpace(before: string, after: string): boolean {
  return !/\s$/u.test(before) && !/^\s/u.test(after) && !/\p{Script=Han}$/u.test(before);
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
