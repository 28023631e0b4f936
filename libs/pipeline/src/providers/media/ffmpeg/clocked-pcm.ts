import ffmpeg, { FfmpegCommand } from 'fluent-ffmpeg';
import { ChannelMix, UnusableAudio } from '../media';
import { ChannelMixer } from './channel-mixer';
import { DecodedFrame, DecodedFrames, DESCRIBE_FRAMES } from './decoded-frames';
import { ByteRange, inputAddress, untrustedInput } from './input-options';
import { Stretch } from '../../../stretch';
import { PresentationClock } from './presentation-clock';
import { MediaPrograms } from './programs';
import { failureOf, startFfmpeg } from './run-program';

const BYTES_PER_SAMPLE = 2;
/** Samples that may wait for the description of their frame, which comes by another pipe. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const SILENCE = Buffer.alloc(64 * 1024);

/** A file, or the parts of one that were joined, and how it is decoded. */
export interface DecodeRequest {
  /** Path of a local file, or a link. */
  source: string;
  /** Files inside the file, one after the other; empty: the file is one. */
  parts: readonly FilePart[];
  /** Which of the audio streams. */
  track: number;
  /** Share of each channel in the mono mix; `all` keeps the channels apart, interleaved: each part has its own number. */
  mix: readonly number[] | 'all';
  /** See `ChannelMix`. */
  quadrature?: readonly number[] | undefined;
  sampleRate: number;
  /** Default: `presentation`. */
  clock?: 'presentation' | 'samples' | undefined;
  /** End of the recording as the container declares it; null: not declared. */
  declaredEnd?: number | null | undefined;
  /** Decode from about this time on; only where the file can be sought. */
  seekTo?: number | undefined;
  /** More audio than this is `too_long`. */
  maxSeconds?: number | undefined;
  wallSeconds: number;
  /** See `RunOptions`. */
  inBackground?: boolean | undefined;
}

export interface FilePart extends ByteRange {
  /** Its header states too short a length: read on to the end. */
  ignoreLength: boolean;
  /** What of the file has to stand before this part, so that it is a file by itself. */
  head?: ByteRange[] | undefined;
  /** Default: that of the request. */
  channels?: ChannelMix | undefined;
}

/**
 * Decodes a user's file to 16-bit little-endian PCM on the presentation clock of the file. Iterate once; ffmpeg runs only
 * as fast as it is read, and ends when the reader leaves the loop.
 *
 * Iterating rejects with `ProviderFailure` where nothing could be decoded or ffmpeg could not work, with
 * `UnusableAudio` `too_long`, and with the signal's reason. A fault behind the first samples ends the audio there, see
 * `brokeOff`.
 */
export class ClockedPcm implements AsyncIterable<Buffer> {
  /** In the samples that were read last. */
  channels = 1;
  /** Which of the parts the samples that were read last are of. */
  partIndex = 0;
  /** Time of the first sample; 0 unless sought. */
  startsAt = 0;
  /** What ffmpeg reported when it could not decode to the end. */
  brokeOff: string | undefined;
  /** Seconds of sound that were decoded, without what was filled with silence. */
  decodedSeconds = 0;
  private decodedChannels = 1;
  private readonly clock: PresentationClock;
  private emittedSamples = 0;

  constructor(
    private readonly programs: MediaPrograms,
    private readonly request: DecodeRequest,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.clock = new PresentationClock(request.declaredEnd ?? null, request.clock);
  }

  /** Where packets are missing. */
  get gaps(): readonly Stretch[] {
    return this.clock.gaps;
  }

  get leadSeconds(): number {
    return this.clock.leadSeconds;
  }

  get followsTimestamps(): boolean {
    return this.clock.followsTimestamps;
  }

  /** Time behind the last sample so far. */
  get endsAt(): number {
    return this.startsAt + this.emittedSamples / this.request.sampleRate;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const { parts } = this.request;
    for (const [index, part] of (parts.length > 0 ? parts : [undefined]).entries()) {
      const mix = this.mixOf(part);
      let mixer: ChannelMixer | undefined;
      for await (const bytes of this.decodePart(part)) {
        this.partIndex = index;
        this.channels = mix ? 1 : this.decodedChannels;
        this.emittedSamples += bytes.length / this.bytesPerFrame;
        if (mix && !isMixedByFfmpeg(mix)) mixer ??= new ChannelMixer(mix, this.decodedChannels);
        yield mixer ? mixer.mix(bytes) : bytes;
      }
    }
  }

  /** Undefined: the channels are kept apart. */
  private mixOf(part: FilePart | undefined): ChannelMix | undefined {
    const { mix, quadrature } = this.request;
    if (mix === 'all') return undefined;
    return part?.channels ?? { mix: [...mix], quadrature: quadrature && [...quadrature] };
  }

  /** Of a sample of all channels, as ffmpeg hands it out. */
  private get bytesPerFrame(): number {
    return BYTES_PER_SAMPLE * this.decodedChannels;
  }

  private async *decodePart(part: FilePart | undefined): AsyncGenerator<Buffer> {
    const { maxSeconds, wallSeconds, inBackground } = this.request;
    const before = this.decodedSeconds;
    const isTooLong = (seconds: number): boolean => maxSeconds !== undefined && before + seconds > maxSeconds;
    const frames = new DecodedFrames((seconds) => {
      if (isTooLong(seconds)) program.kill();
    });
    const program = startFfmpeg(this.programs, this.command(part), {
      signal: this.signal,
      wallSeconds,
      inBackground,
      onLine: frames.takeLine,
    });
    program.stdin.end();
    const ended = program.ended.then((end) => {
      frames.end();
      return end;
    });
    try {
      const placing = new Placing(frames, this.clock, this.request.sampleRate, (first) =>
        this.begin(first, part),
      );
      for await (const bytes of program.stdout as AsyncIterable<Buffer>) {
        yield* placing.take(bytes);
        this.assertNotTooLong();
      }
      const end = await ended;
      this.decodedSeconds = before + frames.totalSeconds;
      if (isTooLong(frames.totalSeconds)) throw this.tooLong();
      const failure = failureOf(end);
      const heard = this.decodedSeconds > 0;
      if (failure && !(heard && 'code' in failure && failure.code === 'unreadable_media')) throw failure;
      if (failure) this.brokeOff = failure.message;
      yield* placing.take(Buffer.alloc(0));
    } finally {
      program.kill();
      program.stdout.destroy();
      await ended;
    }
  }

  /** @returns bytes of a sample of all channels */
  private begin(first: DecodedFrame, part: FilePart | undefined): number {
    const mix = this.mixOf(part);
    this.decodedChannels = mix && isMixedByFfmpeg(mix) ? 1 : first.channels;
    if (this.request.seekTo !== undefined) this.clock.seekTo(first);
    if (this.emittedSamples === 0) this.startsAt = this.clock.cursor;
    return this.bytesPerFrame;
  }

  private assertNotTooLong(): void {
    const { maxSeconds } = this.request;
    if (maxSeconds !== undefined && this.endsAt > maxSeconds) throw this.tooLong();
  }

  private tooLong(): UnusableAudio {
    const hours = (this.request.maxSeconds ?? 0) / 3600;
    return new UnusableAudio(
      'too_long',
      `The recording is longer than the ${hours.toFixed(1)} hours that are allowed. Send it in parts.`,
    );
  }

  private command(part: FilePart | undefined): FfmpegCommand {
    const { source, track, sampleRate, seekTo } = this.request;
    const mix = this.mixOf(part);
    return ffmpeg(inputAddress(source, part && [...(part.head ?? []), part]))
      .inputOptions(
        ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'info', '-threads', '1'],
        ...untrustedInput(source),
        ...['-vn', '-sn', '-dn', '-copyts'],
        ...(part?.ignoreLength ? ['-ignore_length', '1'] : []),
        ...(seekTo === undefined ? [] : ['-noaccurate_seek', '-ss', String(seekTo)]),
      )
      .outputOptions('-map', `0:a:${track}`, '-sn', '-dn', '-map_metadata', '-1')
      .noVideo()
      .audioFilters([DESCRIBE_FRAMES, ...(mix && isMixedByFfmpeg(mix) ? mixFilters(mix) : [])])
      .audioFrequency(sampleRate)
      .audioCodec('pcm_s16le')
      .format('s16le')
      .output('pipe:1');
  }
}

/** ffmpeg's `pan` mixes one or two channels. It fails where there are fewer channels than it has shares. */
function isMixedByFfmpeg({ mix, quadrature }: ChannelMix): boolean {
  return mix.length <= 2 && !quadrature;
}

/** Never ffmpeg's own mix: for more than two channels it leaves some out. */
function mixFilters({ mix }: ChannelMix): string[] {
  // Some files change between one channel and two.
  if (mix.length <= 1) return ['aformat=channel_layouts=mono'];
  const shares = mix
    .map((share, channel) => `${share.toFixed(6)}*c${channel}`)
    .join('+')
    .replaceAll('+-', '-');
  return ['aformat=channel_layouts=stereo', `pan=mono|c0=${shares}`];
}

/** Deals a stream of samples out to the frames that they were decoded from, with silence where the clock wants it. */
class Placing {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  /** Seconds of all frames before the current one, and the sample frames that were taken for them. */
  private seconds = 0;
  private taken = 0;
  private isPlaced = false;
  private bytesPerFrame = 0;

  /** @param begin called with the first frame; returns the bytes of a sample of all channels */
  constructor(
    private readonly frames: DecodedFrames,
    private readonly clock: PresentationClock,
    private readonly sampleRate: number,
    private readonly begin: (first: DecodedFrame) => number,
  ) {}

  async *take(bytes: Buffer): AsyncGenerator<Buffer> {
    if (bytes.length > 0) this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    for (;;) {
      // A frame may be longer than the pipe: then ffmpeg does not come to the next one before this one is read.
      const known = this.frames.peek(this.waitingBytes >= MAX_WAITING_BYTES);
      if (!known) {
        if (this.waitingBytes < MAX_WAITING_BYTES || this.frames.isEnded) break;
        await this.frames.more();
        continue;
      }
      if (this.bytesPerFrame === 0) {
        this.clock.beginPart(this.frames.startTime);
        this.bytesPerFrame = this.begin(known.frame);
      }
      const { bytesPerFrame } = this;
      if (!this.isPlaced) {
        const silence = this.clock.place(known.frame, known.next);
        this.isPlaced = true;
        yield* silenceOf(Math.round(silence * this.sampleRate), bytesPerFrame);
      }
      const end = Math.round((this.seconds + known.frame.seconds) * this.sampleRate);
      const piece = this.cut(end - this.taken);
      this.taken += piece.length / bytesPerFrame;
      if (piece.length > 0) yield piece;
      const isComplete = this.taken >= end;
      if (!isComplete && !this.frames.isEnded) break;
      if (!isComplete && this.waitingBytes === 0) break;
      this.seconds += known.frame.seconds;
      this.isPlaced = false;
      this.frames.shift();
    }
    // What a resampler held back comes behind the last frame.
    if (this.frames.isEnded && !this.frames.peek(true) && this.waitingBytes > 0 && this.bytesPerFrame > 0) {
      const rest = this.cut(Infinity);
      if (rest.length > 0) yield rest;
    }
  }

  /** Takes up to so many samples, always of all channels. */
  private cut(samples: number): Buffer {
    const { bytesPerFrame } = this;
    const [first, ...more] = this.waiting;
    const all = first && more.length === 0 ? first : Buffer.concat(this.waiting);
    const available = Math.floor(all.length / bytesPerFrame);
    const piece = all.subarray(0, Math.max(0, Math.min(samples, available)) * bytesPerFrame);
    const rest = all.subarray(piece.length);
    this.waiting = rest.length > 0 ? [rest] : [];
    this.waitingBytes = rest.length;
    return piece;
  }
}

/** In pieces that hold whole samples of all channels. */
function* silenceOf(samples: number, bytesPerFrame: number): Generator<Buffer> {
  const pieceBytes = SILENCE.length - (SILENCE.length % bytesPerFrame);
  for (let left = samples * bytesPerFrame; left > 0; left -= pieceBytes)
    yield SILENCE.subarray(0, Math.min(left, pieceBytes));
}
