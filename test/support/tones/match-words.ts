import { TimedWord } from './words';

export interface Match {
  /** Expected words that were not heard. */
  lost: TimedWord[];
  /** Words heard that were never said, or heard once more. */
  extra: TimedWord[];
  pairs: { expected: TimedWord; heard: TimedWord }[];
}

/** Pairs the words that were heard with those that were said, in order, so that as few as possible are lost or extra. */
export function matchWords(expected: readonly TimedWord[], heard: readonly TimedWord[]): Match {
  const longest = commonLengths(expected, heard);
  const width = heard.length + 1;
  const at = (row: number, column: number): number => longest[row * width + column] ?? 0;
  const match: Match = { lost: [], extra: [], pairs: [] };
  let row = 0;
  let column = 0;
  while (row < expected.length || column < heard.length) {
    const said = expected[row];
    const word = heard[column];
    if (said && word && said.word === word.word && at(row, column) === at(row + 1, column + 1) + 1) {
      match.pairs.push({ expected: said, heard: word });
      row += 1;
      column += 1;
    } else if (said && (!word || at(row + 1, column) >= at(row, column + 1))) {
      match.lost.push(said);
      row += 1;
    } else if (word) {
      match.extra.push(word);
      column += 1;
    }
  }
  return match;
}

/** Largest difference of a start or an end, in seconds. */
export function worstTimeError({ pairs }: Match): number {
  return pairs.reduce(
    (worst, { expected, heard }) =>
      Math.max(worst, Math.abs(expected.start - heard.start), Math.abs(expected.end - heard.end)),
    0,
  );
}

/** Length of the longest common subsequence of the rests from each (row, column) on. */
function commonLengths(expected: readonly TimedWord[], heard: readonly TimedWord[]): Uint16Array {
  const width = heard.length + 1;
  const lengths = new Uint16Array((expected.length + 1) * width);
  for (let row = expected.length - 1; row >= 0; row -= 1) {
    for (let column = heard.length - 1; column >= 0; column -= 1) {
      const isSame = expected[row]?.word === heard[column]?.word;
      const [diagonal = 0, below = 0, right = 0] = [
        lengths[(row + 1) * width + column + 1],
        lengths[(row + 1) * width + column],
        lengths[row * width + column + 1],
      ];
      lengths[row * width + column] = isSame ? diagonal + 1 : Math.max(below, right);
    }
  }
  return lengths;
}
