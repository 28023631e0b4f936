import { z } from 'zod';
import { UnusableAudio } from '../media';
import { inputAddress, untrustedInput } from './input-options';
import { MediaPrograms } from './programs';
import { failureOf, ProgramEnd, runToEnd } from './run-program';

const WALL_SECONDS = 120;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

const number = z.coerce.number().optional().catch(undefined);
const tags = z.record(z.string(), z.string()).optional().catch(undefined);

const streamSchema = z.object({
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  sample_rate: number,
  channels: number,
  bits_per_sample: number,
  start_time: number,
  duration: number,
  tags,
});

const outputSchema = z.object({
  streams: z.array(streamSchema).default([]),
  format: z
    .object({ format_name: z.string().default(''), start_time: number, duration: number })
    .default({ format_name: '' }),
});

export type ProbedStream = z.infer<typeof streamSchema>;

export interface Probed {
  /** As ffprobe names it. */
  container: string;
  streams: readonly ProbedStream[];
  audio: readonly ProbedStream[];
  startTime: number;
  /** Seconds; undefined where the container does not say. */
  duration: number | undefined;
  /** The duration is worked out from the bitrate and the size of the file. */
  isEstimated: boolean;
}

/**
 * Describes a file by its content.
 *
 * @throws UnusableAudio for a file that ffprobe cannot read, also one that makes it crash or run too long;
 *   ProviderFailure when ffprobe itself cannot work
 */
export async function ffprobe(
  programs: MediaPrograms,
  source: string,
  signal: AbortSignal | undefined,
): Promise<Probed> {
  const args = [
    // At this level a file's titles and comments are not printed, so that none can pass for a message of ffprobe.
    ...['-hide_banner', '-loglevel', 'warning', '-print_format', 'json', '-show_streams', '-show_format'],
    ...untrustedInput(source),
    inputAddress(source),
  ];
  const { stdout, end } = await runToEnd(programs, programs.ffprobe, args, {
    signal,
    wallSeconds: WALL_SECONDS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
  });
  refuse(end);
  const { streams, format } = outputSchema.parse(parsed(stdout));
  return {
    container: format.format_name,
    streams,
    audio: streams.filter((stream) => stream.codec_type === 'audio'),
    startTime: format.start_time ?? 0,
    duration: format.duration && format.duration > 0 ? format.duration : undefined,
    isEstimated: /^\[\w+ @ 0x[0-9a-f]+\] Estimating duration from bitrate/m.test(end.stderr),
  };
}

function refuse(end: ProgramEnd): void {
  const failure = failureOf(end);
  if (!failure) return;
  const code = 'code' in failure ? failure.code : undefined;
  if (code === 'timeout' || end.signal === 'SIGSEGV' || end.signal === 'SIGABRT') {
    throw new UnusableAudio('not_media', 'The file is damaged in a way that stops ffprobe from reading it.');
  }
  if (code !== 'unreadable_media') throw failure;
  if (/moov atom not found|EOF|End of file|Truncat/i.test(end.stderr)) {
    throw new UnusableAudio(
      'truncated',
      'The file ends before its index, so nothing in it can be heard. Send it again.',
    );
  }
  throw new UnusableAudio('not_media', 'This is not an audio or video file that can be read.');
}

/** Output that is no JSON, or too much of it: then ffprobe was confused by the file. */
function parsed(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch (error) {
    throw new UnusableAudio(
      'not_media',
      'This is not an audio or video file that can be read.',
      undefined,
      error,
    );
  }
}
