import { heardSegments } from './heard-segments';

describe('What Whisper heard', () => {
  it('is held within the audio', () => {
    expect(heardSegments([{ start: -1, end: 2.4, text: ' Good morning. ' }], { durationSeconds: 2 })).toEqual(
      [{ start: 0, end: 2, text: 'Good morning.' }],
    );
  });
  it('reaches to the next text, or to the end, where no end is named', () => {
    const heard = [
      { start: 0, end: null, text: 'one' },
      { start: 3, end: null, text: 'two' },
    ];
    expect(heardSegments(heard, { durationSeconds: 5 })).toEqual([
      { start: 0, end: 3, text: 'one' },
      { start: 3, end: 5, text: 'two' },
    ]);
  });
  it('begins where the text before ended, where no start is named', () => {
    const heard = [
      { start: 0, end: 2, text: 'one' },
      { start: null, end: null, text: 'two' },
    ];
    expect(heardSegments(heard, { durationSeconds: 5 })[1]).toEqual({
      start: 2,
      end: 5,
      text: 'two',
      timesEstimated: true,
    });
  });
  it('is put in order of time, and blank texts are dropped', () => {
    const heard = [
      { start: 4, end: 5, text: 'later' },
      { start: 2, end: 3, text: '  ' },
      { start: 1, end: 2, text: 'sooner' },
    ];
    expect(heardSegments(heard, { durationSeconds: 9 }).map(({ text }) => text)).toEqual(['sooner', 'later']);
  });
  it('never ends before it begins', () => {
    expect(heardSegments([{ start: 3, end: 1, text: 'odd' }], { durationSeconds: 5 })).toEqual([
      { start: 3, end: 3, text: 'odd' },
    ]);
  });
});
