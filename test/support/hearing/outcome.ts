import { RecordingBody } from '../server/test-server';
import { SaidLine, TimedWord } from '../tones';

export interface Gap {
  start: number;
  end: number;
  code: string;
}

/** What the server made of one file. */
export type Outcome =
  | { kind: 'refused'; status: number; problem: string; detail: string }
  | {
      kind: 'heard';
      recording: HeardRecording;
      lines: SaidLine[];
      gaps: Gap[];
      wordCount: number;
      /** What is heard in a clip that begins and ends `CLIP_MARGIN` beside the last word; undefined where none was asked. */
      clip: TimedWord[] | undefined;
    };

export interface HeardRecording extends RecordingBody {
  language: string | null;
}

/** Seconds of a clip before and after its word. */
export const CLIP_MARGIN = 0.2;
