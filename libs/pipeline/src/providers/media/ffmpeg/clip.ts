import ffmpeg from 'fluent-ffmpeg';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { ClipFormat, ClipRequest } from '../media';
import { untrustedInput } from './input-options';
import { MediaPrograms } from './programs';
import { runFfmpeg } from './run-ffmpeg';

/** Encodings that can be written to a pipe, at a quality for listening to speech. */
const ENCODINGS: Record<ClipFormat, readonly string[]> = {
  mp3: ['-c:a', 'libmp3lame', '-q:a', '4', '-f', 'mp3'],
  ogg: ['-c:a', 'libopus', '-b:a', '48k', '-f', 'ogg'],
  wav: ['-c:a', 'pcm_s16le', '-f', 'wav'],
};

/**
 * Cuts a stretch out of a user's file and encodes it while it is read; what is not read is not encoded. Resolves once the
 * first bytes are there, so that a file that cannot be cut is an error and not an answer that breaks off.
 */
export async function clipAudio(
  programs: MediaPrograms,
  source: string,
  { start, end, format }: ClipRequest,
  signal: AbortSignal,
): Promise<Readable> {
  const content = new PassThrough();
  const stop = new AbortController();
  const stopAll = (): void => stop.abort();
  signal.addEventListener('abort', stopAll, { once: true });
  content.once('close', stopAll);
  const command = ffmpeg(source)
    .setFfmpegPath(programs.ffmpeg)
    // Before the input: what lies before the clip is skipped, not decoded. Exact, because the sound is encoded anew.
    .inputOptions(['-nostdin', ...untrustedInput(source), '-ss', String(start)])
    .outputOptions([
      '-t',
      String(end - start),
      '-map',
      '0:a:0',
      '-map_metadata',
      '-1',
      '-vn',
      ...ENCODINGS[format],
    ]);
  // Not ended by the pipe: it ends as well where ffmpeg fails, and half a clip would look like a whole one.
  const finished = runFfmpeg(command, (prepared) => prepared.pipe(content, { end: false }), stop.signal).then(
    () => content.end(),
    (error: unknown) => {
      const reason = error instanceof Error ? error : new Error(String(error));
      content.destroy(reason);
      throw reason;
    },
  );
  content.on('error', () => undefined);
  await Promise.race([once(content, 'readable'), finished]);
  return content;
}
