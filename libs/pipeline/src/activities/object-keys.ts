/** Everything of a recording lies below one prefix, so that erasing it is one deletion. */
export function recordingPrefix(recordingId: string): string {
  return `recordings/${recordingId}/`;
}

export function originalKey(recordingId: string): string {
  return `${recordingPrefix(recordingId)}original`;
}

/** The original of a recording that another upload had begun. @param uploadId unique among uploads */
export function adoptedKey(recordingId: string, uploadId: string): string {
  return `${originalKey(recordingId)}-${uploadId}`;
}

/** @param attempt anything unique, as for chunks */
export function listeningCopyKey(
  recordingId: string,
  attempt: string,
  name: 'audio.m4a' | 'peaks.json',
): string {
  return `${recordingPrefix(recordingId)}listening/${attempt}/${name}`;
}

/** @param attempt anything unique: a split done again writes beside what a crashed one left, never over it */
export function chunkKey(recordingId: string, attempt: string, index: number, extension: string): string {
  return `${recordingPrefix(recordingId)}chunks/${attempt}/${index}.${extension}`;
}
