import { join } from 'node:path';
import { VOICE_SAMPLE_RATE, VoiceActivity } from '../../voice-activity/voice-activity';
import { cutSpans, CutSpan, stretchesWithin } from '../cut-points';
import { listen } from '../listen';
import { AudioChunk, SplitRequest } from '../media';
import { SoundMap, soundMapOf, Stretch } from '../sound-map';
import { ChunkWriter } from './chunk-writer';
import { decodePcm } from './pcm';
import { MediaPrograms } from './programs';

const BYTES_PER_SAMPLE = 2;
/** A shorter pause belongs to speech: text there may well have been spoken. */
const MIN_SILENCE_SECONDS = 1;

/**
 * Cuts a file into chunks in two passes of decoding: the first finds speech and silence, the second hands each span's
 * samples to an encoder. Samples are counted, not sought, so that times are exact in every container; memory holds one
 * overlap at most.
 */
export async function splitAudio(
  programs: MediaPrograms,
  request: SplitRequest,
  voiceActivity: VoiceActivity | undefined,
  signal: AbortSignal,
): Promise<AudioChunk[]> {
  const map = await mapSound(programs, request.file, voiceActivity, signal);
  return writeChunks(programs, request, cutSpans(map, request.preference), map, signal);
}

async function mapSound(
  programs: MediaPrograms,
  file: string,
  voiceActivity: VoiceActivity | undefined,
  signal: AbortSignal,
): Promise<SoundMap> {
  const { samples, finished } = decodePcm(programs, file, VOICE_SAMPLE_RATE, signal);
  try {
    const heard = await listen(samples as AsyncIterable<Buffer>, voiceActivity, signal);
    await finished;
    return soundMapOf(heard);
  } finally {
    // Whoever stops reading ends ffmpeg.
    samples.destroy();
  }
}

async function writeChunks(
  programs: MediaPrograms,
  { file, outputFolder, encoding }: SplitRequest,
  spans: readonly CutSpan[],
  { silences, speech }: SoundMap,
  signal: AbortSignal,
): Promise<AudioChunk[]> {
  const chunks: AudioChunk[] = [];
  const { samples, finished } = decodePcm(programs, file, encoding.sampleRate, signal);
  const slicer = new PcmSlicer(samples as AsyncIterable<Buffer>, encoding.sampleRate);
  for (const [index, span] of spans.entries()) {
    const writer = new ChunkWriter(
      programs,
      join(outputFolder, `${index}.${encoding.extension}`),
      encoding,
      signal,
    );
    await slicer.copy(span, index + 1 < spans.length ? spans[index + 1] : undefined, writer);
    const { sizeBytes, sha256 } = await writer.finish();
    chunks.push({
      index,
      ...roundTimes(span),
      file: writer.file,
      sizeBytes,
      sha256,
      silences: stretchesWithin(span, silences, MIN_SILENCE_SECONDS).map(rounded),
      speech: stretchesWithin(span, speech, 0).map(rounded),
    });
  }
  await finished;
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
