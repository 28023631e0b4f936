import ffmpeg from 'fluent-ffmpeg';
import { PassThrough, Readable } from 'node:stream';
import { UNTRUSTED_INPUT } from './input-options';
import { MediaPrograms } from './programs';
import { runFfmpeg } from './run-ffmpeg';

export interface PcmStream {
  /** Little-endian 16-bit mono samples. */
  samples: Readable;
  /** Settles when ffmpeg has ended; rejects with `ProviderFailure` or, when aborted, with the signal's reason. */
  finished: Promise<unknown>;
}

/** Decodes the first audio stream of a user's file. Only as fast as `samples` is read. */
export function decodePcm(
  programs: MediaPrograms,
  file: string,
  sampleRate: number,
  signal: AbortSignal,
): PcmStream {
  // Once it is read to its end it must not close by itself: fluent-ffmpeg takes that for a reader who went away, and calls
  // it a failure when ffmpeg's process is not gone 20 ms later. Who does go away destroys it.
  const samples = new PassThrough({ autoDestroy: false });
  // Told by `finished`; here it may come when nobody reads any more.
  samples.on('error', () => undefined);
  const command = ffmpeg(file)
    .setFfmpegPath(programs.ffmpeg)
    .inputOptions(['-nostdin', ...UNTRUSTED_INPUT])
    .outputOptions([
      '-map',
      '0:a:0',
      '-ac',
      '1',
      '-ar',
      String(sampleRate),
      '-c:a',
      'pcm_s16le',
      '-f',
      's16le',
    ]);
  const finished = runFfmpeg(command, (prepared) => prepared.pipe(samples, { end: true }), signal);
  // A failed ffmpeg ends its pipe without an error of the stream: pass it on, or the reader waits for ever.
  finished.catch((error: unknown) =>
    samples.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return { samples, finished };
}
