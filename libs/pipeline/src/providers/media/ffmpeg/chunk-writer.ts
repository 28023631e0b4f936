import { measureFile } from '@voxpersona/platform';
import ffmpeg from 'fluent-ffmpeg';
import { Writable } from 'node:stream';
import { ChunkEncoding } from '../../speech-to-text/speech-to-text';
import { MediaPrograms } from './programs';
import { failureOf, RunningProgram, startFfmpeg } from './run-program';

/** As long as the slowest reader of the recording it is cut from. */
const WALL_SECONDS = 4 * 60 * 60;

export interface PcmEncoding {
  sampleRate: number;
  /** Options of ffmpeg for the output. */
  codec: readonly string[];
  /** Default: four hours. */
  wallSeconds?: number;
  /** See `RunOptions`. */
  inBackground?: boolean | undefined;
}

/** Encodes mono PCM that is written to it into a file. */
export class PcmEncoder {
  private readonly program: RunningProgram;
  private readonly finished: Promise<void>;

  constructor(
    programs: MediaPrograms,
    readonly file: string,
    { sampleRate, codec, wallSeconds = WALL_SECONDS, inBackground }: PcmEncoding,
    signal: AbortSignal,
  ) {
    const command = ffmpeg('pipe:0')
      .inputOptions('-nostdin', '-hide_banner', '-nostats', '-loglevel', 'warning', '-y')
      .inputOptions('-f', 's16le', '-ar', String(sampleRate), '-ac', '1')
      // No time stamps or version strings in the file: the same audio gives the same bytes, and so the same hash.
      .outputOptions(...codec, '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact')
      .output(`file:${file}`);
    this.program = startFfmpeg(programs, command, { signal, wallSeconds, inBackground });
    this.program.stdout.resume();
    this.finished = this.program.ended.then((end) => {
      const failure = failureOf(end);
      if (failure) throw failure;
    });
    // Looked at in `finish`; until then a failure must not count as unhandled.
    this.finished.catch(() => undefined);
  }

  async write(samples: Buffer): Promise<void> {
    const { stdin } = this.program;
    // A broken pipe: what became of the process says why.
    if (stdin.destroyed || !stdin.writable) await this.finished;
    else if (!stdin.write(samples)) await drained(stdin);
  }

  /** Waits until the file is complete. */
  async finish(): Promise<void> {
    this.program.stdin.end();
    await this.finished;
  }

  /** Ends the process of a file that is not wanted any more. */
  async discard(): Promise<void> {
    this.program.kill();
    await this.program.ended;
  }
}

/** Resolves when more can be written, or never again. */
function drained(stream: Writable): Promise<void> {
  const events = ['drain', 'close', 'error'];
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
}

/** Encodes one chunk as the recogniser wants it. */
export class ChunkWriter {
  private readonly encoder: PcmEncoder;

  constructor(
    programs: MediaPrograms,
    readonly file: string,
    { sampleRate, extension, bitrateKbps }: ChunkEncoding,
    signal: AbortSignal,
  ) {
    const codec =
      extension === 'mp3' ? ['-c:a', 'libmp3lame', '-b:a', `${bitrateKbps ?? 48}k`] : ['-c:a', 'pcm_s16le'];
    this.encoder = new PcmEncoder(programs, file, { sampleRate, codec }, signal);
  }

  write(samples: Buffer): Promise<void> {
    return this.encoder.write(samples);
  }

  /** Waits until the file is complete. */
  async finish(): Promise<{ sizeBytes: number; sha256: string }> {
    await this.encoder.finish();
    return measureFile(this.file);
  }

  discard(): Promise<void> {
    return this.encoder.discard();
  }
}
