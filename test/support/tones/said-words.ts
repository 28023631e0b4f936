import { isWord } from './hear-tones';
import { TimedWord } from './words';

/** A line of a transcript. Seconds. */
export interface SaidLine {
  start: number;
  end: number;
  text: string;
  speaker?: string | null;
  timesEstimated?: boolean;
}

/**
 * The words of a transcript, each with the times of its line. Words that are no tones (and markers) are given too, as what
 * they are, in `strange`.
 */
export function wordsOfLines(lines: readonly SaidLine[]): { words: TimedWord[]; strange: string[] } {
  const words: TimedWord[] = [];
  const strange: string[] = [];
  for (const { start, end, text } of lines) {
    for (const piece of text.split(/\s+/).filter((given) => given !== '')) {
      const plain = piece.toLowerCase().replaceAll(/[.,!?]/g, '');
      if (isWord(plain)) words.push({ start, end, word: plain });
      else strange.push(piece);
    }
  }
  return { words, strange };
}
