import { RecordingView } from './recording-view';

/** Text that a rule left out, with its place in the recording. */
export interface RemovedFromRecording {
  chunkIndex: number;
  start: number;
  end: number;
  code: string;
  text: string;
  /** Number of the channel that it was heard on; null: the channels are mixed. */
  channel: number | null;
}

/** All text that a rule left out, for people who judge the rule. */
export function removedOfView({ chunks }: RecordingView): RemovedFromRecording[] {
  const inRecording = (seconds: number): number => Math.round(seconds * 1_000) / 1_000;
  return chunks.flatMap(({ index: chunkIndex, channel = null, start, end, removed = [] }) =>
    removed.map((one) => ({
      chunkIndex,
      start: inRecording(start + one.start),
      end: inRecording(Math.min(start + one.end, end)),
      ...{ code: one.code, text: one.text, channel },
    })),
  );
}
