import { chooseRange } from './byte-range';

const content = { etag: '"a"', sizeBytes: 100 };
const choose = (range?: string, ifRange?: string) => chooseRange(range, ifRange, content);

describe('chooseRange', () => {
  it('takes one range of bytes', () => {
    expect(choose('bytes=0-9')).toEqual({ start: 0, end: 9 });
    expect(choose('bytes=90-')).toEqual({ start: 90, end: 99 });
    expect(choose('bytes=-5')).toEqual({ start: 95, end: 99 });
    expect(choose('bytes=90-1000')).toEqual({ start: 90, end: 99 });
  });
  it('refuses what begins after the end', () => {
    expect(choose('bytes=100-')).toBe('beyond');
    expect(choose('bytes=500-600')).toBe('beyond');
  });
  it('sends all where it does not understand', () => {
    for (const range of [undefined, 'bytes=', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,5-6']) {
      expect(choose(range)).toBe('all');
    }
  });
  it('sends all when the client has a part of something else', () => {
    expect(choose('bytes=0-9', '"a"')).toEqual({ start: 0, end: 9 });
    expect(choose('bytes=0-9', '"b"')).toBe('all');
    expect(choose('bytes=0-9', 'W/"a"')).toBe('all');
  });
});
