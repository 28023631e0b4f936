import { speakerOfChannel } from '@voxpersona/domain';
import { HeardChunk, mergeChunks, TimedText } from './merge-chunks';

/** What was heard in a chunk of one channel. */
export interface HeardChannelChunk extends HeardChunk {
  /** Number of the channel, 1 for the first; null: the mix of all. */
  channel: number | null;
}

export interface SpokenLine extends TimedText {
  /** Null where the channels are mixed. */
  speaker: string | null;
}

/**
 * Joins the chunks of every channel, and lays the lines of all channels on one time line. Whoever speaks at the same time
 * as others loses no word by it: lines of different channels are never joined.
 *
 * @param chunks those of a channel in order of time; a chunk that failed is simply missing
 * @returns lines in order of their start; of lines that start together, the one of the first channel comes first
 */
export function mergeChannels(chunks: readonly HeardChannelChunk[]): SpokenLine[] {
  const channels = [...new Set(chunks.map(({ channel }) => channel))];
  const lines = channels
    .sort((a, b) => (a ?? 0) - (b ?? 0))
    .flatMap((channel) => {
      const speaker = speakerOfChannel(channel);
      return mergeChunks(chunks.filter((chunk) => chunk.channel === channel)).map((line) => ({
        ...line,
        speaker,
      }));
    });
  return channels.length > 1 ? lines.sort((a, b) => a.start - b.start) : lines;
}
