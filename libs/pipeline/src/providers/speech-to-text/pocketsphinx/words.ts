import { SpeechSegment } from '../speech-to-text';

/** A word as the recogniser heard it. Seconds. */
export interface HeardWord {
  start: number;
  end: number;
  text: string;
}

/** A pause of at least so long ends a segment. */
const PAUSE_SECONDS = 0.45;
const MAX_SEGMENT_SECONDS = 15;

/** A line of `-time yes`: the word (with the number of its pronunciation), its start, its end, its probability. */
const WORD_LINE = /^(\S+) (\d+\.\d+) (\d+\.\d+) \S+$/;
/** Silence, noises, and the marks of a sentence's begin and end. */
const FILLER = /^(<.*>|\[.*\]|\+\+.*\+\+)$/;

/** Words with times from pocketsphinx's output; everything else in it (the text lines, fillers) is passed over. */
export function readWords(output: string): HeardWord[] {
  const words: HeardWord[] = [];
  for (const line of output.split('\n')) {
    const match = WORD_LINE.exec(line.trim());
    const [, word, start, end] = match ?? [];
    if (word === undefined || FILLER.test(word)) continue;
    words.push({ text: word.replace(/\(\d+\)$/, ''), start: Number(start), end: Number(end) });
  }
  return words;
}

/** Groups words to segments at pauses. */
export function toSegments(words: readonly HeardWord[], durationSeconds: number): SpeechSegment[] {
  const segments: SpeechSegment[] = [];
  for (const word of words) {
    const last = segments.at(-1);
    const joins =
      last && word.start - last.end < PAUSE_SECONDS && word.end - last.start <= MAX_SEGMENT_SECONDS;
    if (joins) {
      last.text += ` ${word.text}`;
      last.end = Math.min(word.end, durationSeconds);
    } else {
      segments.push({ start: word.start, end: Math.min(word.end, durationSeconds), text: word.text });
    }
  }
  return segments;
}
