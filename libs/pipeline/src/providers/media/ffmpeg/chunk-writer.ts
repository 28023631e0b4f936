import { measureFile } from '@voxpersona/platform';
import ffmpeg from 'fluent-ffmpeg';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { ChunkEncoding } from '../../speech-to-text/speech-to-text';
import { MediaPrograms } from './programs';
import { runFfmpeg } from './run-ffmpeg';

/** Encodes one chunk from PCM that is written to it. */
export class ChunkWriter {
  private readonly input = new PassThrough();
  private readonly encoded: Promise<unknown>;

  constructor(
    programs: MediaPrograms,
    readonly file: string,
    { sampleRate, extension, bitrateKbps }: ChunkEncoding,
    signal: AbortSignal,
  ) {
    const codec =
      extension === 'mp3' ? ['-c:a', 'libmp3lame', '-b:a', `${bitrateKbps ?? 48}k`] : ['-c:a', 'pcm_s16le'];
    const command = ffmpeg(this.input)
      .setFfmpegPath(programs.ffmpeg)
      .inputOptions(['-f', 's16le', '-ar', String(sampleRate), '-ac', '1'])
      // No time stamps or version strings in the file: the same audio gives the same bytes, and so the same hash.
      .outputOptions([...codec, '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact']);
    this.encoded = runFfmpeg(command, (prepared) => prepared.save(file), signal);
    // Looked at in `finish`; until then a failure must not count as unhandled.
    this.encoded.catch(() => this.input.destroy());
  }

  async write(samples: Buffer): Promise<void> {
    if (this.input.destroyed) await this.encoded;
    if (!this.input.write(samples)) await Promise.race([once(this.input, 'drain'), this.encoded]);
  }

  /** Waits until the file is whole. */
  async finish(): Promise<{ sizeBytes: number; sha256: string }> {
    this.input.end();
    await this.encoded;
    return measureFile(this.file);
  }
}
