import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ClipFormat, ClipRequest, Timeline } from '../media';
import { VoiceActivity } from '../../voice-activity/voice-activity';
import { PcmEncoder } from './chunk-writer';
import { ClockedPcm } from './clocked-pcm';
import { examine } from './examine';
import { MediaPrograms } from './programs';
import { timelineOf } from './split';

/** For listening to speech. */
const ENCODINGS: Record<ClipFormat, readonly string[]> = {
  mp3: ['-c:a', 'libmp3lame', '-q:a', '4', '-f', 'mp3'],
  ogg: ['-c:a', 'libopus', '-b:a', '48k', '-f', 'ogg'],
  wav: ['-c:a', 'pcm_s16le', '-f', 'wav'],
};
const SAMPLE_RATE = 48_000;
const BYTES_PER_SAMPLE = 2;
/** Decoders need some packets before their sound is right, and a seek may land late. */
const PREROLL_SECONDS = 5;
const WALL_SECONDS = 30 * 60;

/**
 * Cuts a stretch out of a user's file, on the recording's timeline, into a temporary file that is removed when the stream
 * is closed. A file can state the true length in its header, which a pipe cannot.
 *
 * @throws ProviderFailure, the signal's reason
 */
export async function clipAudio(
  programs: MediaPrograms,
  source: string,
  request: ClipRequest,
  voiceActivity: VoiceActivity | undefined,
  signal: AbortSignal,
): Promise<Readable> {
  const timeline = request.timeline ?? timelineOf(await examine(programs, source, { voiceActivity, signal }));
  const folder = await mkdtemp(join(tmpdir(), 'voxpersona-clip-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const file = join(folder, `clip.${request.format}`);
    await encodeClip(programs, { source, file, timeline, request }, signal);
    const content = createReadStream(file, { signal });
    content.once('close', () => void remove());
    // Whoever reads is told of it; nobody may be reading any more.
    content.on('error', () => undefined);
    return content;
  } catch (error) {
    await remove();
    throw error;
  }
}

interface ClipJob {
  source: string;
  /** Where the clip is written. */
  file: string;
  timeline: Timeline;
  request: ClipRequest;
}

async function encodeClip(
  programs: MediaPrograms,
  { source, file, timeline, request }: ClipJob,
  signal: AbortSignal,
): Promise<void> {
  const { start, end, format } = request;
  const encoding = { sampleRate: SAMPLE_RATE, codec: ENCODINGS[format] };
  const encoder = new PcmEncoder(programs, file, encoding, signal);
  try {
    const decode = (seekTo?: number): ClockedPcm =>
      new ClockedPcm(
        programs,
        { ...timeline, source, sampleRate: SAMPLE_RATE, seekTo, wallSeconds: WALL_SECONDS },
        signal,
      );
    const target = start - PREROLL_SECONDS;
    const isSought = timeline.seekable && target > 0;
    const found = isSought && (await copyStretch(decode(target), { start, end }, encoder));
    if (!found) await copyStretch(decode(), { start, end }, encoder);
    await encoder.finish();
  } finally {
    await encoder.discard();
  }
}

/**
 * Writes the samples from `start` to `end`.
 *
 * @returns false, and nothing is written, where the samples begin later than `start`
 */
async function copyStretch(
  pcm: ClockedPcm,
  { start, end }: { start: number; end: number },
  encoder: PcmEncoder,
): Promise<boolean> {
  const from = Math.round(start * SAMPLE_RATE) * BYTES_PER_SAMPLE;
  const to = Math.round(end * SAMPLE_RATE) * BYTES_PER_SAMPLE;
  let at: number | undefined;
  let isFirst = true;
  for await (const bytes of pcm) {
    at ??= Math.round(pcm.startsAt * SAMPLE_RATE) * BYTES_PER_SAMPLE;
    if (isFirst && at > from) return false;
    isFirst = false;
    const piece = bytes.subarray(Math.max(0, from - at), Math.max(0, to - at));
    if (piece.length > 0) await encoder.write(piece);
    at += bytes.length;
    // What follows is not decoded: leaving the loop ends ffmpeg.
    if (at >= to) break;
  }
  return at !== undefined;
}
