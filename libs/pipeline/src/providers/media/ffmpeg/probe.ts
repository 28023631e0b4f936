import ffmpeg, { FfprobeData, FfprobeStream } from 'fluent-ffmpeg';
import { ProviderFailure } from '../../provider-failure';
import { AudioProbe, UnusableAudio } from '../media';
import { UNTRUSTED_INPUT } from './input-options';
import { isCutOgg } from './ogg-pages';
import { MediaPrograms } from './programs';
import { runFfmpeg, toFailure } from './run-ffmpeg';
import { isCutWav } from './wav-chunks';

const MIN_SECONDS = 0.1;
/** How far the audio may fall short of what its container declares before it counts as truncated. */
const TOLERATED_SECONDS = 1;
const TOLERATED_SHARE = 0.01;

/**
 * Looks at a file by its content alone and measures how long its first audio stream really is.
 *
 * @throws UnusableAudio
 */
export async function probeAudio(
  programs: MediaPrograms,
  file: string,
  limits: { maxSeconds: number },
  signal?: AbortSignal,
): Promise<AudioProbe> {
  const data = await ffprobe(programs, file);
  const container = data.format.format_name ?? '';
  const audio = data.streams.find((stream) => stream.codec_type === 'audio');
  if (!audio) {
    throw new UnusableAudio(
      'no_audio_stream',
      'The file holds no sound. Send an audio file or a video with sound.',
    );
  }
  const declaredSeconds = secondsOf(data.format.duration);
  refuseTooLong(declaredSeconds ?? 0, limits.maxSeconds);
  const measured = await measure(programs, file, signal);
  refuseTooLong(measured.seconds, limits.maxSeconds);
  const { seconds } = measured;
  const isShort = declaredSeconds !== undefined && fallsShort(seconds, declaredSeconds);
  if ((isShort && !measured.declaredIsGuess) || (await isCut(container, file))) {
    throw new UnusableAudio(
      'truncated',
      `The file ends early, after ${seconds.toFixed(1)} s. It was probably cut off on the way: send it again.`,
      seconds,
    );
  }
  if (seconds < MIN_SECONDS) {
    throw new UnusableAudio('too_short', 'The sound is shorter than a tenth of a second.', seconds);
  }
  return describe(container, audio, seconds);
}

/** Containers whose cut ends ffmpeg passes over. */
async function isCut(container: string, file: string): Promise<boolean> {
  if (container === 'ogg') return isCutOgg(file);
  return container === 'wav' && isCutWav(file);
}

function describe(container: string, audio: FfprobeStream, durationSeconds: number): AudioProbe {
  return {
    durationSeconds,
    container,
    codec: audio.codec_name ?? 'unknown',
    sampleRate: audio.sample_rate ?? 0,
    channels: audio.channels ?? 0,
  };
}

function refuseTooLong(seconds: number, maxSeconds: number): void {
  if (seconds <= maxSeconds) return;
  const hours = (value: number): string => (value / 3600).toFixed(1);
  throw new UnusableAudio(
    'too_long',
    `The recording lasts ${hours(seconds)} hours; at most ${hours(maxSeconds)} are taken. Send it in parts.`,
    seconds,
  );
}

function fallsShort(measured: number, declared: number): boolean {
  return declared - measured > Math.max(TOLERATED_SECONDS, declared * TOLERATED_SHARE);
}

function ffprobe(programs: MediaPrograms, file: string): Promise<FfprobeData> {
  return new Promise((resolve, reject) => {
    ffmpeg(file)
      .setFfprobePath(programs.ffprobe)
      .ffprobe([...UNTRUSTED_INPUT], (error: Error | null, data: FfprobeData | undefined) => {
        if (data && !error) {
          resolve(data);
          return;
        }
        if (error && !/exited with code/.test(error.message)) {
          reject(toFailure(error, ''));
          return;
        }
        const cut = /moov atom not found|EOF|End of file|Truncat/i.test(error?.message ?? '');
        reject(
          cut
            ? new UnusableAudio('truncated', 'The file ends before its contents do. Send it again.')
            : new UnusableAudio('not_media', 'This is not an audio or video file that can be read.'),
        );
      });
  });
}

/** Reads the audio stream through without decoding it: quick, and true whatever the headers say. */
async function measure(
  programs: MediaPrograms,
  file: string,
  signal?: AbortSignal,
): Promise<{ seconds: number; declaredIsGuess: boolean }> {
  const command = ffmpeg(file, { stdoutLines: 0 })
    .setFfmpegPath(programs.ffmpeg)
    .inputOptions(['-nostdin', ...UNTRUSTED_INPUT])
    .outputOptions(['-map', '0:a:0', '-c', 'copy', '-f', 'null'])
    .output('-');
  const { stderr } = await runFfmpeg(command, (prepared) => prepared.run(), signal).catch(
    (error: unknown) => {
      if (!(error instanceof ProviderFailure) || error.code !== 'unreadable_media') throw error;
      throw new UnusableAudio(
        'truncated',
        'The sound in this file cannot be read to its end. Send it again.',
      );
    },
  );
  const times = [...stderr.matchAll(/time=(\d+):(\d\d):(\d\d(?:\.\d+)?)/g)];
  const last = times.at(-1);
  const seconds = last ? Number(last[1]) * 3600 + Number(last[2]) * 60 + Number(last[3]) : 0;
  return { seconds, declaredIsGuess: stderr.includes('Estimating duration from bitrate') };
}

function secondsOf(duration: unknown): number | undefined {
  const seconds = Number(duration);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
