import { SegmentSignals } from '../speech-to-text';

/** A word as a recogniser wrote it: times in a unit that is not known yet, null where it gave none. */
export interface RawWord {
  start: number | null;
  end: number | null;
  text: string;
}

/** A segment as a recogniser wrote it. The text is trimmed and not empty. */
export interface RawSegment extends RawWord {
  words?: readonly RawWord[];
  signals?: SegmentSignals;
}
