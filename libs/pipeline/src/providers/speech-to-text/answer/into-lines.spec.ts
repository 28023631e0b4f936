import { SpeechSegment, SpeechWord } from '../speech-to-text';
import { intoLines } from './into-lines';

const say = (text: string, gaps: Readonly<Record<number, number>> = {}): SpeechSegment => {
  let at = 0;
  const words = text.split(' ').map((word, index): SpeechWord => {
    const start = at + (gaps[index] ?? 0.1);
    at = start + 0.9;
    return { start, end: at, text: word.replaceAll(/[.,?]/g, '') };
  });
  return { start: 0, end: at, text, words };
};
const words = (count: number): string =>
  Array.from({ length: count }, (_, index) => `word${index}`).join(' ');

it('leaves short segments, and those without word times, as they are', () => {
  const short = say('One. Two. Three.');
  expect(intoLines(short)).toEqual([short]);
  const untimed = { start: 0, end: 100, text: 'One. Two. Three.' };
  expect(intoLines(untimed)).toEqual([untimed]);
});

it('cuts at sentences and pauses, and keeps every word with its time', () => {
  const segment = say(`Was it clean? ${words(10)} then ${words(10)}`, { 14: 2 });
  const lines = intoLines(segment);
  expect(lines.map(({ text }) => text)).toEqual(['Was it clean?', `${words(10)} then`, words(10)]);
  expect(lines[0]).toMatchObject({ start: 0, end: expect.closeTo(3) });
  expect(lines[2]?.start).toBeCloseTo(16);
  expect(lines.at(-1)?.end).toBe(segment.end);
  expect(lines.flatMap((line) => line.words?.map(({ start }) => start))).toEqual(
    segment.words?.map(({ start }) => start),
  );
});

it('cuts after 20 seconds where nobody pauses', () => {
  const lines = intoLines(say(words(50)));
  expect(lines.map(({ text }) => text).join(' ')).toBe(words(50));
  for (const { start, end } of lines) expect(end - start).toBeLessThanOrEqual(20);
});

it('does not judge a line by the compression of the whole', () => {
  const signals = { compressionRatio: 3, noSpeechProbability: 0.2 };
  for (const line of intoLines({ ...say(words(50)), signals }))
    expect(line.signals).toEqual({ noSpeechProbability: 0.2 });
});
