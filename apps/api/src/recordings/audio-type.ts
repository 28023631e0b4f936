/** Content types by ffmpeg's name of the container; of several names the first that is known. */
const TYPES: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
  aac: 'audio/aac',
  amr: 'audio/amr',
  aiff: 'audio/aiff',
  caf: 'audio/x-caf',
  mov: 'audio/mp4',
  mp4: 'audio/mp4',
  matroska: 'audio/webm',
  webm: 'audio/webm',
};

/** What a browser is told about an original: by what ffmpeg found in it, never by its name. */
export function audioType({ container }: { container: string }): string {
  const known = container.split(',').find((name) => Object.hasOwn(TYPES, name));
  return (known !== undefined && TYPES[known]) || 'application/octet-stream';
}
