import { SpeechSegment, SpeechWord } from '../speech-to-text';

/** A pause of at least so long ends a segment. */
const PAUSE_SECONDS = 0.45;
const MAX_SEGMENT_SECONDS = 15;

/** A line of `-time yes`: the word (with the number of its pronunciation), its start, its end, its probability. */
const WORD_LINE = /^(\S+) (\d+\.\d+) (\d+\.\d+) \S+$/;
/** Silence, noises, and the marks of a sentence's begin and end. */
const FILLER = /^(<.*>|\[.*\]|\+\+.*\+\+)$/;

/** Words with times from pocketsphinx's output; everything else in it (the text lines, fillers) is passed over. */
export function readWords(output: string): SpeechWord[] {
  const words: SpeechWord[] = [];
  for (const line of output.split('\n')) {
    const match = WORD_LINE.exec(line.trim());
    const [, word, start, end] = match ?? [];
    if (word === undefined || FILLER.test(word)) continue;
    words.push({ text: word.replace(/\(\d+\)$/, ''), start: Number(start), end: Number(end) });
  }
  return words;
}

/** Groups words to segments at pauses. Text after the end of the audio keeps its place, at the end. */
export function toSegments(words: readonly SpeechWord[], durationSeconds: number): SpeechSegment[] {
  const within = (seconds: number): number => Math.min(seconds, durationSeconds);
  const groups: SpeechWord[][] = [];
  for (const { text, ...times } of words) {
    const word = { start: within(times.start), end: within(times.end), text };
    const group = groups.at(-1);
    const [first, last] = [group?.[0], group?.at(-1)];
    const joins =
      first && last && word.start - last.end < PAUSE_SECONDS && word.end - first.start <= MAX_SEGMENT_SECONDS;
    if (joins) group?.push(word);
    else groups.push([word]);
  }
  return groups.map((group) => ({
    start: group[0]?.start ?? 0,
    end: group.at(-1)?.end ?? durationSeconds,
    text: group.map(({ text }) => text).join(' '),
    words: group,
  }));
}
