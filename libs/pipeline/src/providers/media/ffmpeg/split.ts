import { join } from 'node:path';
import { VOICE_SAMPLE_RATE, VoiceActivity } from '../../voice-activity/voice-activity';
import { cutSpans, CutSpan, stretchesWithin } from '../cut-points';
import { listen } from '../listen';
import { AudioChunk, SplitRequest, SplitResult, Timeline } from '../media';
import { Stretch } from '../../../stretch';
import { SoundMap, soundMapOf } from '../sound-map';
import { channelsToSplit } from './channels-to-split';
import { ChunkWriter } from './chunk-writer';
import { ClockedPcm } from './clocked-pcm';
import { Examination, examine } from './examine';
import { MediaPrograms } from './programs';

const BYTES_PER_SAMPLE = 2;
/** A shorter pause belongs to speech: text there may well have been spoken. */
const MIN_SILENCE_SECONDS = 1;
/** Decoding is held up by what is done with the samples. */
const WALL_SECONDS = 4 * 60 * 60;

/**
 * Cuts a file into chunks. The file is decoded once to find out what it holds, and then twice for the mix of its channels, or
 * twice for each of them where they are separate: to find speech and silence, and to hand each span's samples to an encoder.
 * Samples are counted, not sought, so that times are exact in every container; memory holds one overlap at most.
 */
export async function splitAudio(
  programs: MediaPrograms,
  request: SplitRequest,
  voiceActivity: VoiceActivity | undefined,
  signal: AbortSignal,
): Promise<SplitResult> {
  const found = await examine(programs, request.file, { voiceActivity, signal });
  const timeline = timelineOf(found);
  const { channels, mixedBecause } = channelsToSplit(request.channels ?? 'mixed', found);
  const chunks: AudioChunk[] = [];
  for (const channel of channels) {
    const own = channel === null ? timeline : ofChannel(timeline, channel, found.channelCount);
    const decode = (sampleRate: number): ClockedPcm =>
      decodeTimeline(programs, request.file, own, sampleRate, signal);
    const map = soundMapOf(await listen(decode(VOICE_SAMPLE_RATE), voiceActivity, signal));
    const cut = { channel, firstIndex: chunks.length, spans: cutSpans(map, request.preference), map };
    const samples = decode(request.encoding.sampleRate);
    chunks.push(...(await writeChunks(programs, request, cut, samples, signal)));
  }
  const gaps = found.gaps.map(({ start, end }) => ({
    start: toMilliseconds(start),
    end: toMilliseconds(end),
    code: 'missing_in_file' as const,
  }));
  const durationSeconds = chunks.at(-1)?.end ?? 0;
  return { durationSeconds, chunks, mixedBecause, engine: programs.engine, gaps, timeline };
}

/** What has to be remembered of a file to decode it once more in the same way. */
export function timelineOf({
  channelMix,
  track,
  parts,
  clock,
  seekable,
  declaredEnd,
}: Examination): Timeline {
  return { track, ...channelMix, parts, clock, seekable, declaredEnd };
}

/** @param channel 1 for the first */
function ofChannel(timeline: Timeline, channel: number, count: number): Timeline {
  const { track, parts, clock, seekable, declaredEnd } = timeline;
  const mix = Array.from({ length: count }, (_, other) => (other === channel - 1 ? 1 : 0));
  const ownParts = parts.map(({ channels: _mixed, ...part }) => part);
  return { track, mix, parts: ownParts, clock, seekable, declaredEnd };
}

function decodeTimeline(
  programs: MediaPrograms,
  source: string,
  timeline: Timeline,
  sampleRate: number,
  signal: AbortSignal,
): ClockedPcm {
  return new ClockedPcm(programs, { ...timeline, source, sampleRate, wallSeconds: WALL_SECONDS }, signal);
}

/** Where a channel is cut. */
interface Cut {
  /** 1 for the first; null: the mix of all. */
  channel: number | null;
  /** Index of its first chunk. */
  firstIndex: number;
  spans: readonly CutSpan[];
  map: SoundMap;
}

async function writeChunks(
  programs: MediaPrograms,
  { outputFolder, encoding }: SplitRequest,
  { channel, firstIndex, spans, map: { silences, speech } }: Cut,
  samples: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<AudioChunk[]> {
  const chunks: AudioChunk[] = [];
  const slicer = new PcmSlicer(samples, encoding.sampleRate);
  try {
    for (const [place, span] of spans.entries()) {
      const index = firstIndex + place;
      const file = join(outputFolder, `${index}.${encoding.extension}`);
      const writer = new ChunkWriter(programs, file, encoding, signal);
      try {
        await slicer.copy(span, spans[place + 1], writer);
        const { sizeBytes, sha256 } = await writer.finish();
        chunks.push({
          index,
          channel,
          ...roundTimes(span),
          file,
          sizeBytes,
          sha256,
          silences: stretchesWithin(span, silences, MIN_SILENCE_SECONDS).map(rounded),
          speech: stretchesWithin(span, speech, 0).map(rounded),
        });
      } finally {
        await writer.discard();
      }
    }
  } finally {
    await slicer.close();
  }
  return chunks;
}

/** Deals out a stream of samples to consecutive spans, keeping back what the next span shares with this one. */
class PcmSlicer {
  private readonly source: AsyncIterator<Buffer>;
  /** Bytes read but not yet behind every span, and the offset of the first of them in the whole stream. */
  private held = Buffer.alloc(0);
  private heldFrom = 0;

  constructor(
    source: AsyncIterable<Buffer>,
    private readonly sampleRate: number,
  ) {
    this.source = source[Symbol.asyncIterator]();
  }

  async copy(span: CutSpan, next: CutSpan | undefined, writer: ChunkWriter): Promise<void> {
    // The last span takes everything that is left.
    const end = next ? this.offsetOf(span.end) : Infinity;
    const keepFrom = next ? this.offsetOf(next.start) : Infinity;
    let at = this.offsetOf(span.start);
    while (at < end) {
      if (at >= this.heldFrom + this.held.length && !(await this.readMore(Math.min(at, keepFrom)))) return;
      const piece = this.held.subarray(at - this.heldFrom, end - this.heldFrom);
      await writer.write(piece);
      at += piece.length;
    }
  }

  /** Reads one piece more, and forgets what lies before `neededFrom`; false at the end. */
  private async readMore(neededFrom: number): Promise<boolean> {
    const piece = await this.source.next();
    if (piece.done) return false;
    const drop = Math.min(Math.max(0, neededFrom - this.heldFrom), this.held.length);
    this.held = Buffer.concat([this.held.subarray(drop), piece.value]);
    this.heldFrom += drop;
    return true;
  }

  /** Ends the decoder, which may not have been read to its end. */
  async close(): Promise<void> {
    await this.source.return?.();
  }

  private offsetOf(seconds: number): number {
    return Math.round(seconds * this.sampleRate) * BYTES_PER_SAMPLE;
  }
}

/** To the millisecond: what an event holds. */
function roundTimes({ start, end, overlapSeconds }: CutSpan): CutSpan {
  return { ...rounded({ start, end }), overlapSeconds: toMilliseconds(overlapSeconds) };
}

function rounded({ start, end }: Stretch): Stretch {
  return { start: toMilliseconds(start), end: toMilliseconds(end) };
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
