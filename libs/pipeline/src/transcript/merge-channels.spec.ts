import { HeardChannelChunk, mergeChannels } from './merge-channels';

const segment = (start: number, end: number, text: string) => ({ start, end, text });
const chunk = (
  channel: number | null,
  start: number,
  ...segments: ReturnType<typeof segment>[]
): HeardChannelChunk => ({
  ...{ channel, start, end: start + 10, overlapSeconds: 0, segments },
});
const said = (chunks: HeardChannelChunk[]): string[] =>
  mergeChannels(chunks).map(({ start, text, speaker }) => `${start} ${speaker}: ${text}`);

describe('mergeChannels', () => {
  it('names nobody where the channels are mixed', () => {
    expect(said([chunk(null, 0, segment(1, 2, 'a')), chunk(null, 10, segment(1, 2, 'b'))])).toEqual([
      '1 null: a',
      '11 null: b',
    ]);
  });

  it('puts the lines of all channels in order of time', () => {
    const first = [chunk(1, 0, segment(1, 2, 'a'), segment(6, 7, 'c')), chunk(1, 10, segment(5, 6, 'e'))];
    const second = [chunk(2, 0, segment(4, 5, 'b')), chunk(2, 10, segment(1, 2, 'd'))];
    const lines = [
      '1 Channel 1: a',
      '4 Channel 2: b',
      '6 Channel 1: c',
      '11 Channel 2: d',
      '15 Channel 1: e',
    ];
    expect(said([...first, ...second])).toEqual(lines);
    expect(said([...second, ...first])).toEqual(lines);
  });

  it('keeps the same words on both channels at the same time', () => {
    expect(said([chunk(1, 0, segment(1, 2, 'yes')), chunk(2, 0, segment(1, 2, 'yes'))])).toEqual([
      '1 Channel 1: yes',
      '1 Channel 2: yes',
    ]);
  });

  it('joins the overlap of two chunks within their channel only', () => {
    const overlapping = (channel: number, words: string): HeardChannelChunk[] => [
      chunk(channel, 0, segment(2, 4, 'we begin'), segment(7, 9, words)),
      { ...chunk(channel, 5, segment(2, 4, words), segment(6, 8, 'we end')), overlapSeconds: 5 },
    ];
    expect(said([...overlapping(1, 'very cold'), ...overlapping(2, 'very cold')])).toEqual([
      ...['2 Channel 1: we begin', '2 Channel 2: we begin'],
      ...['7 Channel 1: very cold', '7 Channel 2: very cold'],
      ...['11 Channel 1: we end', '11 Channel 2: we end'],
    ]);
  });

  it('does without a chunk that failed', () => {
    expect(said([chunk(1, 10, segment(0, 1, 'b')), chunk(2, 0, segment(1, 2, 'a'))])).toEqual([
      '1 Channel 2: a',
      '10 Channel 1: b',
    ]);
  });
});
