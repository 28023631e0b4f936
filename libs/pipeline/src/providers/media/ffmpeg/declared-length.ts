import { Probed, ProbedStream } from './ffprobe';
import { isPlaceholderSize } from './wav-chunks';

/** Containers that state a length for each stream, and not only for the file. */
const LENGTH_PER_STREAM = new Set(['mov,mp4,m4a,3gp,3g2,mj2', 'avi']);

/** Containers that state no length: it is the time of their last packet, wherever they were cut. */
const WITHOUT_LENGTH = new Set(['ogg', 'mpegts', 'mpeg']);

/** What a file says of the length of a stream. */
export interface DeclaredLength {
  seconds: number;
  /** Some containers state the time at which a stream ends, others how long it lasts from its first sample on. */
  countedFrom: 'zero of the clock' | 'first sample';
}

/**
 * How long an audio stream is by its own declaration. Null: the file does not declare it, only guesses, or declares it for
 * all of its streams together: a video may be longer than its sound.
 */
export function declaredLength(probed: Probed, stream: ProbedStream): DeclaredLength | null {
  const declared = statedLength(probed, stream);
  if (!declared || !(declared.seconds > 0)) return null;
  const bytesPerSecond =
    ((stream.sample_rate ?? 0) * (stream.channels ?? 0) * (stream.bits_per_sample ?? 0)) / 8;
  const bytes = declared.seconds * bytesPerSecond;
  return bytes > 0 && isPlaceholderSize(bytes) ? null : declared;
}

function statedLength(probed: Probed, stream: ProbedStream): DeclaredLength | null {
  if (probed.isEstimated || WITHOUT_LENGTH.has(probed.container)) return null;
  if (LENGTH_PER_STREAM.has(probed.container)) return fromFirstSample(stream.duration);
  // Matroska states times of its clock. The start of a stream is not asked for: ffprobe gives 0 for one that starts late.
  const tagged = clockTime(stream.tags?.DURATION);
  if (tagged !== undefined) return fromZero(tagged - probed.startTime);
  if (probed.streams.length > 1) return null;
  if (probed.container === 'matroska,webm') {
    return probed.duration === undefined ? null : fromZero(probed.duration - Math.max(0, probed.startTime));
  }
  return fromFirstSample(stream.duration ?? probed.duration);
}

function fromZero(seconds: number): DeclaredLength {
  return { seconds, countedFrom: 'zero of the clock' };
}

function fromFirstSample(seconds: number | undefined): DeclaredLength | null {
  return seconds === undefined ? null : { seconds, countedFrom: 'first sample' };
}

/** `00:01:10.021000000` as seconds. */
function clockTime(text: string | undefined): number | undefined {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text ?? '') ?? [];
  return seconds === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
