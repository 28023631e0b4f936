import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokensOf } from '../transcript/tokens';
import { examine } from './examine';

interface Meeting {
  meeting: string;
  turns: { text: string }[];
}

/** Meetings of real people, one a line, each with its turns; not part of the repository. */
const MEETINGS =
  process.env.MEETINGS_FILE ?? join(__dirname, '../../../../../shared/search-eval/meetings.jsonl');
const CHARACTERS_PER_SECOND = 14;
/** As a recogniser without turns gives them: bare text, or a speaker's whole turn. */
const SEGMENT_CHARACTERS = 60 * CHARACTERS_PER_SECOND;

/** Words as people repeat them in a meeting, in one segment of more than a minute. */
const OWN_SAMPLE = [
  "Yeah . Yeah , yeah , yeah . So I think maybe what 's causing it to crash is I keep starting it and then stopping it to",
  "see if it 's working . And so I think starting it and then stopping it and starting it again causes it to crash . No no no",
  'no . Here an arrow , here an arrow , here an arrow , here an arrow , and in the in the in the in the middle the button .',
  'Okay . Okay . Okay . It is a good idea , it is a good idea , I mean , I mean , I mean the the the the red one . Five five',
  'five , two two , five five five . And delta and delta delta and delta and delta delta P L P , right ? Right . Right . Right',
  '. Mm - hmm . Mm - hmm . Mm - hmm . Mm - hmm . So one box for power , one box for volume , one box for channel , one box',
  'for text . That is what we said , that is what we wrote , and that is what we will do . Thank you . Thank you .',
].join(' ');

/** Texts of a minute or more: turns are put together until one is long enough. */
function longSegments(turns: readonly { text: string }[]): string[] {
  const segments: string[] = [];
  let current = '';
  for (const { text } of turns) {
    current = `${current} ${text}`.trim();
    if (current.length < SEGMENT_CHARACTERS) continue;
    segments.push(current);
    current = '';
  }
  return current === '' ? segments : [...segments, current];
}

/** Text that the rules removed although it had not been said eight times in a row. */
function wronglyRemoved(texts: readonly string[], signals = {}): string[] {
  return texts.flatMap((text) => {
    const durationSeconds = Math.max(60, text.length / CHARACTERS_PER_SECOND);
    const segment = { start: 0, end: durationSeconds, text, signals };
    const { segments, removed } = examine([segment], { silences: [], durationSeconds });
    const words = tokensOf(text).map(({ key }) => key);
    const kept = segments.flatMap((one) => tokensOf(one.text));
    const gone = removed.flatMap((one) => tokensOf(one.text).map(({ key }) => key));
    // "[Laughter.]" is no word that anybody said.
    const spoken = removed.filter(({ code }) => code !== 'non_speech_marker');
    const wrong = spoken.filter(
      (one) =>
        !isSaidEightTimes(
          words,
          tokensOf(one.text).map(({ key }) => key),
        ),
    );
    const lost = kept.length + gone.length === words.length ? [] : [`words lost without a trace: ${text}`];
    return [...wrong.map((one) => one.text), ...lost];
  });
}

/** True for copies of one word that stands at least eight times in a row. */
function isSaidEightTimes(words: readonly string[], removed: readonly string[]): boolean {
  if (new Set(removed).size !== 1) return false;
  return words.some((_, at) => words.slice(at, at + 8).filter((word) => word === removed[0]).length === 8);
}

describe('Ordinary speech in segments of a minute or more loses nothing', () => {
  it('in a sample of our own', () => {
    expect(wronglyRemoved([OWN_SAMPLE])).toEqual([]);
    expect(wronglyRemoved([OWN_SAMPLE], { compressionRatio: 3.1, noSpeechProbability: 0.2 })).toEqual([]);
  });
  it('unless a word is said eight times in a row, which this test would notice', () => {
    const text = `${OWN_SAMPLE} ${'the '.repeat(9)}end`;
    const { removed } = examine([{ start: 0, end: 90, text }], { silences: [], durationSeconds: 90 });
    expect(removed.map((one) => one.text)).toEqual(['the the the the the the the']);
    expect(isSaidEightTimes(['a', 'b'], ['a'])).toBe(false);
  });
  const withMeetings = existsSync(MEETINGS) ? it : it.skip;
  withMeetings('in the meetings of MEETINGS_FILE', () => {
    const meetings = readFileSync(MEETINGS, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Meeting);
    expect(meetings.length).toBeGreaterThan(10);
    for (const { turns } of meetings) {
      expect(wronglyRemoved(longSegments(turns))).toEqual([]);
      expect(wronglyRemoved(longSegments(turns), { compressionRatio: 2.8 })).toEqual([]);
      expect(wronglyRemoved([turns.map(({ text }) => text).join(' ')])).toEqual([]);
    }
  });
});
