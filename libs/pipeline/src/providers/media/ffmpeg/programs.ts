import { path as packagedFfmpeg } from '@ffmpeg-installer/ffmpeg';
import { path as packagedFfprobe } from '@ffprobe-installer/ffprobe';
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

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

export function onPath(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(ffmpeg: string): string {
  const firstLine = execFileSync(ffmpeg, ['-nostdin', '-version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  return /version (\S+)/.exec(firstLine)?.[1] ?? 'of unknown version';
}
