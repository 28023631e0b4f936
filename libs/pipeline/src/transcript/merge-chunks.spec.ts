import { mergeChunks } from './merge-chunks';

describe('mergeChunks', () => {
  const segment = (start: number, end: number, text: string) => ({ start, end, text });

  it('moves segments to the time line of the recording', () => {
    const merged = mergeChunks([
      { start: 0, end: 10, overlapSeconds: 0, segments: [segment(1, 2, 'a')] },
      { start: 10, end: 20, overlapSeconds: 0, segments: [segment(0.5, 3, 'b')] },
    ]);
    expect(merged).toEqual([segment(1, 2, 'a'), segment(10.5, 13, 'b')]);
  });
  it('holds times within the chunk', () => {
    const segments = [segment(-3, 99, 'a')];
    expect(mergeChunks([{ start: 5, end: 10, overlapSeconds: 0, segments }])).toEqual([segment(5, 10, 'a')]);
  });
  it('takes what both chunks heard in their overlap once', () => {
    const merged = mergeChunks([
      {
        start: 0,
        end: 20,
        overlapSeconds: 0,
        segments: [segment(10, 16, 'the room was'), segment(18.5, 20, 'very col')],
      },
      {
        start: 15,
        end: 30,
        overlapSeconds: 5,
        segments: [segment(0, 1, 'was'), segment(3, 5, 'very cold'), segment(6, 7, 'yes')],
      },
    ]);
    expect(merged.map((line) => line.text)).toEqual(['the room was', 'very cold', 'yes']);
  });
  it('takes words that both heard at the seam from one of them', () => {
    const merged = mergeChunks([
      { start: 0, end: 20, overlapSeconds: 0, segments: [segment(10, 18, 'we waited for an hour')] },
      { start: 15, end: 30, overlapSeconds: 5, segments: [segment(2, 8, 'An hour, and then we left')] },
    ]);
    expect(merged.map((line) => line.text)).toEqual(['we waited for an hour', 'and then we left']);
  });
  it('leaves a hole where a chunk is missing', () => {
    const merged = mergeChunks([
      { start: 0, end: 10, overlapSeconds: 0, segments: [segment(0, 9, 'a b')] },
      { start: 20, end: 30, overlapSeconds: 0, segments: [segment(0, 9, 'a b')] },
    ]);
    expect(merged.map((line) => line.start)).toEqual([0, 20]);
  });
});
