/** A piece of text that is found, quoted and embedded as one. Seconds; null where the text has no times. */
export interface CutPassage {
  ordinal: number;
  start: number | null;
  end: number | null;
  text: string;
  /** What it is made of, with times of its own; empty where there are none. */
  lines: { start: number; end: number; text: string }[];
}

export interface PassageOptions {
  /** Characters that a passage should have. */
  targetCharacters: number;
  /** Characters that two neighbours share at most. */
  overlapCharacters: number;
}

export const DEFAULT_PASSAGES: PassageOptions = { targetCharacters: 800, overlapCharacters: 120 };

/** The smallest unit that is never cut, with its times. */
interface Unit {
  text: string;
  start: number | null;
  end: number | null;
}

interface Line {
  start: number;
  end: number;
  text: string;
  speaker?: string | null;
}

/**
 * Cuts a transcript into passages at ends of sentences, each with its times. A sentence's times are those of its share
 * of the line's characters. Neighbours share their border sentences, as far as `overlapCharacters` goes. Speech without
 * punctuation is cut where its lines end.
 */
export function cutPassages(
  lines: readonly Line[],
  options: PassageOptions = DEFAULT_PASSAGES,
): CutPassage[] {
  return pack(
    lines.flatMap((line) => unitsOf(line, options.targetCharacters)),
    options,
  );
}

/** Cuts a report's Markdown: paragraphs first, sentences where a paragraph is too long. No times. */
export function cutReportPassages(
  markdown: string,
  options: PassageOptions = DEFAULT_PASSAGES,
): CutPassage[] {
  const units = markdown
    .split(/\n\s*\n/)
    .flatMap((paragraph) => pieces(paragraph.trim(), options.targetCharacters))
    .map((text) => ({ text, start: null, end: null }));
  return pack(units, options);
}

function unitsOf({ start, end, text, speaker }: Line, maxCharacters: number): Unit[] {
  const spoken = text.trim();
  const perCharacter = spoken.length === 0 ? 0 : (end - start) / spoken.length;
  let offset = 0;
  return pieces(spoken, maxCharacters).map((piece, index) => {
    const at = spoken.indexOf(piece, offset);
    offset = at + piece.length;
    const from = start + at * perCharacter;
    const label = speaker && index === 0 ? `${speaker}: ` : '';
    return {
      text: label + piece,
      start: round(from),
      end: round(Math.min(end, from + piece.length * perCharacter)),
    };
  });
}

/** Sentences; one that is longer than a passage is cut between words. */
function pieces(text: string, maxCharacters: number): string[] {
  return text
    .split(/(?<=[.!?…])\s+/u)
    .filter((sentence) => sentence !== '')
    .flatMap((sentence) => cutBetweenWords(sentence, maxCharacters));
}

function cutBetweenWords(sentence: string, maxCharacters: number): string[] {
  const result: string[] = [];
  let rest = sentence;
  while (rest.length > maxCharacters) {
    const space = rest.lastIndexOf(' ', maxCharacters);
    // A "word" longer than a passage stays whole: better long than broken.
    const at = space > 0 ? space : rest.indexOf(' ', maxCharacters);
    if (at < 0) break;
    result.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  return [...result, rest].filter((piece) => piece !== '');
}

function pack(units: readonly Unit[], { targetCharacters, overlapCharacters }: PassageOptions): CutPassage[] {
  const passages: CutPassage[] = [];
  let first = 0;
  while (first < units.length) {
    let next = first;
    let characters = 0;
    while (
      next < units.length &&
      (next === first || characters + lengthOf(units, next) <= targetCharacters)
    ) {
      characters += lengthOf(units, next) + 1;
      next += 1;
    }
    passages.push(join(units.slice(first, next), passages.length));
    first = next < units.length ? overlapStart(units, first, next, overlapCharacters) : next;
  }
  return passages;
}

/** Index of the first unit that the next passage repeats; always later than `first`, so that cutting advances. */
function overlapStart(
  units: readonly Unit[],
  first: number,
  next: number,
  overlapCharacters: number,
): number {
  let start = next;
  let characters = 0;
  while (start - 1 > first && characters + lengthOf(units, start - 1) <= overlapCharacters) {
    start -= 1;
    characters += lengthOf(units, start) + 1;
  }
  return start;
}

function lengthOf(units: readonly Unit[], index: number): number {
  return units[index]?.text.length ?? 0;
}

function join(units: readonly Unit[], ordinal: number): CutPassage {
  const ends = units.map((unit) => unit.end).filter((end) => end !== null);
  return {
    ordinal,
    start: units[0]?.start ?? null,
    end: ends.length > 0 ? Math.max(...ends) : null,
    text: units.map((unit) => unit.text).join(' '),
    lines: units.flatMap(({ start, end, text }) =>
      start === null || end === null ? [] : [{ start, end, text }],
    ),
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
