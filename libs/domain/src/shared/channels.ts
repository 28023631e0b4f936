import { z } from 'zod';

/** `separate`: every channel of the file is transcribed by itself and is a speaker of its own. */
export const CHANNEL_MODES = ['mixed', 'separate'] as const;
export const channelMode = z.enum(CHANNEL_MODES);
export type ChannelMode = z.infer<typeof channelMode>;

/** A file with more channels than this is mixed: it comes from a mixing desk, and nobody has a channel to themselves. */
export const MAX_SEPARATE_CHANNELS = 8;

/**
 * Why the channels of a file are mixed although they were to be separate:
 *
 * - `one_channel`         there is only one
 * - `identical_channels`  all channels carry the same sound, so that each word would come once per channel
 * - `too_many_channels`   more than `MAX_SEPARATE_CHANNELS`
 */
export const MIXED_REASONS = ['one_channel', 'identical_channels', 'too_many_channels'] as const;
export const mixedReason = z.enum(MIXED_REASONS);
export type MixedReason = z.infer<typeof mixedReason>;

/** Number of a channel in the file, 1 for the first; null: the channels are mixed. */
export const channel = z.number().int().min(1).nullable();

/** Name of the speaker on a channel; null where the channels are mixed. */
export function speakerOfChannel(number: number | null): string | null {
  return number === null ? null : `Channel ${number}`;
}
