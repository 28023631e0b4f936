import { join } from 'node:path';
import { cutSpans, CutSpan, findSilences, Silence, silencesWithin } from '../cut-points';
import { AudioChunk, SplitRequest } from '../media';
import { ChunkWriter } from './chunk-writer';
import { LoudnessCurve, LoudnessMeter } from './loudness';
import { decodePcm } from './pcm';
import { MediaPrograms } from './programs';

const BYTES_PER_SAMPLE = 2;
/** A shorter pause belongs to speech. */
const MIN_SILENCE_SECONDS = 1;

/**
 * Cuts a file into chunks in two passes of decoding: the first measures loudness, the second hands each span's samples
 * to an encoder. Samples are counted, not sought, so that times are exact in every container; memory holds one
 * overlap at most.
 */
export async function splitAudio(
  programs: MediaPrograms,
  request: SplitRequest,
  signal: AbortSignal,
): Promise<AudioChunk[]> {
  const curve = await measureLoudness(programs, request.file, request.encoding.sampleRate, signal);
  const spans = cutSpans(curve, request.preference);
  return writeChunks(programs, request, spans, findSilences(curve), signal);
}

async function measureLoudness(
  programs: MediaPrograms,
  file: string,
  sampleRate: number,
  signal: AbortSignal,
): Promise<LoudnessCurve> {
  const meter = new LoudnessMeter(sampleRate);
  const { samples, finished } = decodePcm(programs, file, sampleRate, signal);
  for await (const bytes of samples as AsyncIterable<Buffer>) meter.add(bytes);
  await finished;
  return meter.finish();
}

async function writeChunks(
  programs: MediaPrograms,
  { file, outputFolder, encoding }: SplitRequest,
  spans: readonly CutSpan[],
  allSilences: readonly Silence[],
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
    const silences = silencesWithin(span, allSilences, MIN_SILENCE_SECONDS).map(({ start, end }) => ({
      start: toMilliseconds(start),
      end: toMilliseconds(end),
    }));
    chunks.push({ index, ...roundTimes(span), file: writer.file, sizeBytes, sha256, silences });
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
  return {
    start: toMilliseconds(start),
    end: toMilliseconds(end),
    overlapSeconds: toMilliseconds(overlapSeconds),
  };
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
