/**
 * Containers that may come in. ffmpeg knows many more "formats", among them playlists and scripts that make it open
 * other files or addresses; with a white list such a file is simply not media.
 */
const DEMUXERS = [
  '3g2',
  '3gp',
  'aac',
  'ac3',
  'aiff',
  'amr',
  'asf',
  'avi',
  'caf',
  'flac',
  'flv',
  'm4a',
  'matroska',
  'matroska,webm',
  'mj2',
  'mov',
  'mov,mp4,m4a,3gp,3g2,mj2',
  'mp3',
  'mp4',
  'mpeg',
  'mpegts',
  'ogg',
  'w64',
  'wav',
  'webm',
];

/** Options before every `-i` of a user's file: nothing but this file, and only as real media. */
export const UNTRUSTED_INPUT = [
  '-protocol_whitelist',
  'file,pipe',
  '-format_whitelist',
  [...new Set(DEMUXERS.flatMap((names) => names.split(',')))].join(','),
];
