import { channelsToSplit } from './channels-to-split';

const file = (channelCount: number, identicalChannels = false) => ({ channelCount, identicalChannels });

describe('channelsToSplit', () => {
  it('mixes by default', () =>
    expect(channelsToSplit('mixed', file(2))).toEqual({ channels: [null], mixedBecause: null }));

  it('takes every channel by itself', () =>
    expect(channelsToSplit('separate', file(3))).toEqual({ channels: [1, 2, 3], mixedBecause: null }));

  it('takes up to eight', () => {
    expect(channelsToSplit('separate', file(8)).channels).toHaveLength(8);
    expect(channelsToSplit('separate', file(9))).toEqual({
      channels: [null],
      mixedBecause: 'too_many_channels',
    });
  });

  it('says why it mixes all the same', () => {
    expect(channelsToSplit('separate', file(1)).mixedBecause).toBe('one_channel');
    expect(channelsToSplit('separate', file(2, true)).mixedBecause).toBe('identical_channels');
    expect(channelsToSplit('mixed', file(1)).mixedBecause).toBeNull();
  });
});
