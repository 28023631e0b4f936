import { channelsToSplit } from './channels-to-split';

const mixOf = (count: number): number[] => new Array<number>(count).fill(1 / count);
const file = (count: number, identicalChannels = false) => ({ mix: mixOf(count), identicalChannels });

describe('channelsToSplit', () => {
  it('mixes by default', () =>
    expect(channelsToSplit('mixed', file(2))).toEqual({
      channels: [{ channel: null, mix: [0.5, 0.5] }],
      mixedBecause: null,
    }));

  it('takes every channel by itself', () => {
    const { channels, mixedBecause } = channelsToSplit('separate', file(3));
    expect(mixedBecause).toBeNull();
    expect(channels).toEqual([
      { channel: 1, mix: [1, 0, 0] },
      { channel: 2, mix: [0, 1, 0] },
      { channel: 3, mix: [0, 0, 1] },
    ]);
  });

  it('takes up to eight', () => {
    expect(channelsToSplit('separate', file(8)).channels).toHaveLength(8);
    expect(channelsToSplit('separate', file(9))).toEqual({
      channels: [{ channel: null, mix: mixOf(9) }],
      mixedBecause: 'too_many_channels',
    });
  });

  it('says why it mixes all the same', () => {
    expect(channelsToSplit('separate', file(1)).mixedBecause).toBe('one_channel');
    expect(channelsToSplit('separate', file(2, true)).mixedBecause).toBe('identical_channels');
    expect(channelsToSplit('mixed', file(1)).mixedBecause).toBeNull();
  });
});
