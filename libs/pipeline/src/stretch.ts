/** A part of a recording or of a chunk, in seconds from its start. */
export interface Stretch {
  start: number;
  end: number;
}
