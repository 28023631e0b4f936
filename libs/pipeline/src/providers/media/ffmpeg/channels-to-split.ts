import { ChannelMode, MAX_SEPARATE_CHANNELS, MixedReason } from '@voxpersona/domain';
import { Examination } from './examine';

/** What gets chunks of its own. */
export interface SplitChannel {
  /** 1 for the first; null: the mix of all. */
  channel: number | null;
  /** Share of each channel in it. */
  mix: number[];
}

/** Decides whether the channels of a file are cut separately. Where that cannot be done, or makes no sense, they are mixed. */
export function channelsToSplit(
  wanted: ChannelMode,
  { mix, identicalChannels }: Pick<Examination, 'mix' | 'identicalChannels'>,
): { channels: SplitChannel[]; mixedBecause: MixedReason | null } {
  const mixedBecause = wanted === 'mixed' ? null : reasonToMix(mix.length, identicalChannels);
  if (wanted === 'mixed' || mixedBecause) return { channels: [{ channel: null, mix }], mixedBecause };
  const channels = mix.map((_, own) => ({
    channel: own + 1,
    mix: mix.map((_share, other) => (other === own ? 1 : 0)),
  }));
  return { channels, mixedBecause: null };
}

function reasonToMix(count: number, identicalChannels: boolean): MixedReason | null {
  if (count <= 1) return 'one_channel';
  if (count > MAX_SEPARATE_CHANNELS) return 'too_many_channels';
  return identicalChannels ? 'identical_channels' : null;
}
