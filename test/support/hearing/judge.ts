import { matchWords, TimedWord, wordsOfLines } from '../tones';
import { Expectation, ExpectedGap } from './hearing-case';
import { CLIP_MARGIN, Gap, Outcome } from './outcome';

type Heard = Extract<Outcome, { kind: 'heard' }>;
type ExpectedWords = Extract<Expectation, { words: unknown }>;

const TIME_ERROR_SECONDS = 0.2;
const GAP_ERROR_SECONDS = 1;

/** Everything that is wrong with an outcome, in words; empty when nothing is. */
export function faultsOf(expected: Expectation, outcome: Outcome): string[] {
  if ('refused' in expected) return faultsOfRefusal(expected.refused, outcome);
  if (outcome.kind === 'refused')
    return [`refused: ${outcome.status} ${outcome.problem} (${outcome.detail})`];
  const { status, failures } = outcome.recording;
  if ('noSpeech' in expected) return status === 'no_speech' ? [] : [`status ${status}, not no_speech`];
  if (status !== 'ready')
    return [`status ${status}${failures.map(({ stage, code }) => `, ${stage}: ${code}`).join('')}`];
  return [
    ...faultsOfWords(expected, outcome),
    ...faultsOfGaps(expected.gaps ?? [], outcome.gaps),
    ...faultsOfClip(expected, outcome),
    ...faultsOfSpeakers(expected, outcome),
    ...faultsOfEstimates(expected, outcome),
  ];
}

function faultsOfRefusal(problem: string, outcome: Outcome): string[] {
  if (outcome.kind === 'heard') return [`taken (${outcome.recording.status}), not refused as ${problem}`];
  const isRight = outcome.status === 422 && outcome.problem === problem;
  return isRight ? [] : [`refused as ${outcome.status} ${outcome.problem}, not as 422 ${problem}`];
}

function faultsOfWords(expected: ExpectedWords, { lines, wordCount }: Heard): string[] {
  const { words, strange } = wordsOfLines(lines);
  const { timeError = TIME_ERROR_SECONDS, uncertain } = expected;
  const counts = ({ start, end }: TimedWord): boolean =>
    !uncertain || end < uncertain.start || start > uncertain.end;
  const { lost, extra, pairs } = matchWords(expected.words.filter(counts), words.filter(counts));
  const late = pairs
    .map(({ expected: said, heard }) => ({
      said,
      by: furthest(heard.start - said.start, heard.end - said.end),
    }))
    .filter(({ by }) => Math.abs(by) > timeError);
  const faults = [...summary('lost', lost), ...summary('heard but not said', extra)];
  if (late[0])
    faults.push(`${late.length} at the wrong time, ${named(late[0].said)} by ${seconds(late[0].by)}`);
  if (strange.length > 0) faults.push(`not words: ${strange.slice(0, 5).join(' ')}`);
  if (wordCount !== words.length + strange.length) faults.push(`counted as ${wordCount} words`);
  return faults;
}

function faultsOfGaps(expected: readonly ExpectedGap[], gaps: readonly Gap[]): string[] {
  const meets = (gap: Gap, { start, end, within = GAP_ERROR_SECONDS }: ExpectedGap): boolean =>
    Math.abs(gap.start - start) <= within && Math.abs(gap.end - end) <= within;
  const missing = expected.filter((wanted) => !gaps.some((gap) => meets(gap, wanted)));
  const unexpected = gaps.filter((gap) => !expected.some((wanted) => meets(gap, wanted)));
  return [
    ...missing.map(({ start, end }) => `no gap from ${seconds(start)} to ${seconds(end)}`),
    ...unexpected.map(({ start, end, code }) => `a gap ${code} from ${seconds(start)} to ${seconds(end)}`),
  ];
}

function faultsOfClip({ words }: ExpectedWords, { clip }: Heard): string[] {
  const last = words.at(-1);
  if (!clip || !last) return [];
  const [heard] = clip;
  if (!heard) return [`no word in the clip of ${named(last)}`];
  if (heard.word !== last.word) return [`the clip of ${named(last)} holds ${heard.word}`];
  const by = heard.start - CLIP_MARGIN;
  return Math.abs(by) > TIME_ERROR_SECONDS ? [`the clip of ${named(last)} is off by ${seconds(by)}`] : [];
}

function faultsOfSpeakers(expected: ExpectedWords, { lines }: Heard): string[] {
  if (expected.speakers === undefined) return [];
  const speakers = new Set(lines.map(({ speaker }) => speaker ?? null));
  return speakers.size === expected.speakers && !speakers.has(null)
    ? []
    : [`speakers: ${[...speakers].join(', ')}`];
}

function faultsOfEstimates({ timesEstimated }: ExpectedWords, { lines }: Heard): string[] {
  if (timesEstimated === undefined) return [];
  const others = lines.filter((line) => (line.timesEstimated ?? false) !== timesEstimated);
  return others.length > 0 ? [`${others.length} lines do not say how their times were found`] : [];
}

function summary(what: string, words: readonly TimedWord[]): string[] {
  if (words.length === 0) return [];
  const more = words.length > 3 ? ' …' : '';
  return [`${words.length} ${what}: ${words.slice(0, 3).map(named).join(', ')}${more}`];
}

function furthest(...errors: number[]): number {
  return errors.reduce((worst, error) => (Math.abs(error) > Math.abs(worst) ? error : worst), 0);
}

function named({ word, start }: TimedWord): string {
  return `${word} at ${seconds(start)}`;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
