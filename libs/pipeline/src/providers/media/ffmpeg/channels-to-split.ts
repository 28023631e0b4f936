import { ChannelMode, MAX_SEPARATE_CHANNELS, MixedReason } from '@voxpersona/domain';
import { Examination } from './examine';

/**
 * Decides whether the channels of a file are cut separately. Where that cannot be done, or makes no sense, they are mixed.
 *
 * @returns numbers of the channels that get chunks of their own, 1 for the first; null: the mix of all
 */
export function channelsToSplit(
  wanted: ChannelMode,
  { channelCount, identicalChannels }: Pick<Examination, 'channelCount' | 'identicalChannels'>,
): { channels: (number | null)[]; mixedBecause: MixedReason | null } {
  const mixedBecause = wanted === 'mixed' ? null : reasonToMix(channelCount, identicalChannels);
  if (wanted === 'mixed' || mixedBecause) return { channels: [null], mixedBecause };
  return { channels: Array.from({ length: channelCount }, (_, index) => index + 1), mixedBecause: null };
}

function reasonToMix(count: number, identicalChannels: boolean): MixedReason | null {
  if (count <= 1) return 'one_channel';
  if (count > MAX_SEPARATE_CHANNELS) return 'too_many_channels';
  return identicalChannels ? 'identical_channels' : null;
}
