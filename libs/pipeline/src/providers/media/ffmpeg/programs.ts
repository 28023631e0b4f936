import { path as packagedFfmpeg } from '@ffmpeg-installer/ffmpeg';
import { path as packagedFfprobe } from '@ffprobe-installer/ffprobe';
import { onPath } from '@voxpersona/platform';
import { execFileSync } from 'node:child_process';

export interface MediaPrograms {
  ffmpeg: string;
  ffprobe: string;
  /** `ffmpeg` and its version, for the audit trail. */
  engine: string;
}

/** Paths given by the operator, else what the system has (newer), else what comes from npm (of 2018 and 2023). */
export function findMediaPrograms(given: {
  ffmpeg?: string | undefined;
  ffprobe?: string | undefined;
}): MediaPrograms {
  const ffmpeg = given.ffmpeg ?? onPath('ffmpeg') ?? packagedFfmpeg;
  const ffprobe = given.ffprobe ?? onPath('ffprobe') ?? packagedFfprobe;
  return { ffmpeg, ffprobe, engine: `ffmpeg ${versionOf(ffmpeg)}` };
}

function versionOf(ffmpeg: string): string {
  const firstLine = execFileSync(ffmpeg, ['-nostdin', '-version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  return /version (\S+)/.exec(firstLine)?.[1] ?? 'of unknown version';
}
