import { path as packagedFfmpeg } from '@ffmpeg-installer/ffmpeg';
import { path as packagedFfprobe } from '@ffprobe-installer/ffprobe';
import { onPath } from '@voxpersona/platform';
import { execFileSync } from 'node:child_process';

export interface MediaPrograms {
  ffmpeg: string;
  ffprobe: string;
  /** `ffmpeg` and its version, for the audit trail. */
  engine: string;
  /** Limits a process's memory; undefined where it is not installed (it is part of util-linux). */
  prlimit: string | undefined;
  /** What an operator should know about these programs; empty when all is well. */
  warnings: readonly string[];
}

/**
 * Paths given by the operator, else what the system has (newer), else what comes from npm (of 2018 and 2023).
 *
 * @throws Error when ffmpeg cannot be run
 */
export function findMediaPrograms(given: {
  ffmpeg?: string | undefined;
  ffprobe?: string | undefined;
}): MediaPrograms {
  const ffmpeg = given.ffmpeg ?? onPath('ffmpeg') ?? packagedFfmpeg;
  const ffprobe = given.ffprobe ?? onPath('ffprobe') ?? packagedFfprobe;
  const prlimit = onPath('prlimit');
  const warnings = [
    ...(ffmpeg === packagedFfmpeg
      ? [
          'The packaged ffmpeg dates from 2018 and gets no security updates. Install a current one: apt-get install ffmpeg, or set FFMPEG_PATH.',
        ]
      : []),
    ...(prlimit
      ? []
      : ['prlimit is not installed: the memory of ffmpeg is limited only by its own options.']),
  ];
  return { ffmpeg, ffprobe, engine: `ffmpeg ${versionOf(ffmpeg)}`, prlimit, warnings };
}

/** The programs in one line, for start-up. */
export function describePrograms({ ffmpeg, ffprobe, engine }: MediaPrograms): string {
  return `${engine} (${ffmpeg}), ffprobe ${versionOf(ffprobe)} (${ffprobe})`;
}

function versionOf(program: string): string {
  const firstLine = execFileSync(program, ['-version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  return /version (\S+)/.exec(firstLine)?.[1] ?? 'of unknown version';
}
