import { Probed, ProbedStream } from './ffprobe';
import { isPlaceholderSize } from './wav-chunks';

/** Containers that state a length for each stream, and not only for the file. */
const LENGTH_PER_STREAM = new Set(['mov,mp4,m4a,3gp,3g2,mj2', 'avi']);

/** Containers that state no length: it is the time of their last packet, wherever they were cut. */
const WITHOUT_LENGTH = new Set(['ogg', 'mpegts', 'mpeg']);

/**
 * How long an audio stream is by its own declaration, from its first sample to its last. Null: the file does not declare
 * it, only guesses, or declares it for all of its streams together: a video may be longer than its sound.
 */
export function declaredLength(probed: Probed, stream: ProbedStream): number | null {
  const seconds = statedLength(probed, stream);
  if (seconds === undefined || !(seconds > 0)) return null;
  const bytes =
    (seconds * (stream.sample_rate ?? 0) * (stream.channels ?? 0) * (stream.bits_per_sample ?? 0)) / 8;
  return bytes > 0 && isPlaceholderSize(bytes) ? null : seconds;
}

function statedLength(probed: Probed, stream: ProbedStream): number | undefined {
  if (probed.isEstimated || WITHOUT_LENGTH.has(probed.container)) return undefined;
  if (LENGTH_PER_STREAM.has(probed.container)) return stream.duration;
  const startTime = stream.start_time ?? probed.startTime;
  const tagged = clockTime(stream.tags?.DURATION);
  // A time on the file's clock, not a length.
  if (tagged !== undefined) return tagged - startTime;
  if (probed.streams.length > 1) return undefined;
  // Matroska states the time of its end.
  if (probed.container === 'matroska,webm') {
    return probed.duration === undefined ? undefined : probed.duration - Math.max(0, startTime);
  }
  return stream.duration ?? probed.duration;
}

/** `00:01:10.021000000` as seconds. */
function clockTime(text: string | undefined): number | undefined {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text ?? '') ?? [];
  return seconds === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
