import { PresentRecording } from '@voxpersona/domain';
import { Timeline, TIMELINE_OF_SAMPLES } from './media';

/** How a listening copy lies on the timeline of its recording: time for time. */
export function timelineOfListeningCopy(durationSeconds: number): Timeline {
  return {
    track: 0,
    mix: [1],
    parts: [],
    clock: 'presentation',
    seekable: true,
    declaredEnd: durationSeconds,
  };
}

/** The timeline that a recording's times are on; undefined until it is split: then there are no times yet. */
export function timelineOfRecording({
  timeline,
  chunks,
}: Pick<PresentRecording, 'timeline' | 'chunks'>): Timeline | undefined {
  return timeline ?? (chunks.length > 0 ? TIMELINE_OF_SAMPLES : undefined);
}
