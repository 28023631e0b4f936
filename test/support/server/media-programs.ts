import { path as packagedFfmpeg } from '@ffmpeg-installer/ffmpeg';
import { path as packagedFfprobe } from '@ffprobe-installer/ffprobe';
import { findMediaPrograms } from '@voxpersona/pipeline';

const { FFMPEG_PATH: givenFfmpeg, FFPROBE_PATH: givenFfprobe } = process.env;

/** The programs that the product finds on this machine. */
export function foundMediaPrograms(): Record<string, string> {
  const { ffmpeg, ffprobe } = findMediaPrograms({ ffmpeg: givenFfmpeg, ffprobe: givenFfprobe });
  return { FFMPEG_PATH: ffmpeg, FFPROBE_PATH: ffprobe };
}

/**
 * The packaged programs. They are linked statically and start thirty times as fast as Debian's, which hundreds of small
 * uploads would otherwise spend most of their time on.
 */
export const QUICK_MEDIA_PROGRAMS: Record<string, string> = {
  FFMPEG_PATH: givenFfmpeg ?? packagedFfmpeg,
  FFPROBE_PATH: givenFfprobe ?? packagedFfprobe,
};
