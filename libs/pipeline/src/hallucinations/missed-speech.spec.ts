import { missedSpeech } from './missed-speech';

const code = 'not_recognised';

it('speech in a chunk without text is a gap, joined over short pauses', () => {
  const speech = [
    { start: 1, end: 3 },
    { start: 4, end: 4.5 },
    { start: 20, end: 21 },
  ];
  expect(missedSpeech([], [], speech)).toEqual([
    { start: 1, end: 4.5, code },
    { start: 20, end: 21, code },
  ]);
});
it('a click is none, nor is what another gap tells already', () => {
  expect(missedSpeech([], [], [{ start: 1, end: 1.2 }])).toEqual([]);
  expect(missedSpeech([], [{ start: 0, end: 5 }], [{ start: 1, end: 4 }])).toEqual([]);
});
it('with text there is none: what lies between has its own rule', () => {
  expect(missedSpeech([{ text: 'yes' }], [], [{ start: 1, end: 4 }])).toEqual([]);
});
