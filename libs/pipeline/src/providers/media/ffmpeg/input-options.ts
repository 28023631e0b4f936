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

const FORMATS = ['-format_whitelist', [...new Set(DEMUXERS.flatMap((names) => names.split(',')))].join(',')];

/** Options before every `-i` of a user's file: nothing but this file, and only as real media. */
export const UNTRUSTED_INPUT = ['-protocol_whitelist', 'file,pipe', ...FORMATS];

const LINK = /^https?:\/\//;

/** The same for a user's file that is read by a link of the object storage: then nothing of this machine. */
export function untrustedInput(source: string): readonly string[] {
  return LINK.test(source) ? ['-protocol_whitelist', 'http,https,tcp,tls', ...FORMATS] : UNTRUSTED_INPUT;
}

/** Text of ffmpeg without the links that it read from: who has one can read the recording. */
export function withoutLinks(text: string): string {
  return text.replaceAll(/https?:\/\/[^\s'"]+/g, '(link)');
}
