import { ChannelMode, MixedReason } from '@voxpersona/domain';
import { Readable } from 'node:stream';
import { ChunkEncoding, ChunkPreference } from '../speech-to-text/speech-to-text';

/** One of the audio streams of a file. */
export interface AudioTrack {
  codec: string;
  channels: number;
  /** As the file's maker tagged it. */
  language: string | null;
  title: string | null;
  /** This track is the one that is transcribed. */
  chosen: boolean;
}

export interface AudioProbe {
  /** Seconds to the end of the audio on the file's presentation clock, measured by decoding it. */
  durationSeconds: number;
  /** As ffprobe names it, for example `mp3`, `mov,mp4,m4a,3gp,3g2,mj2`. */
  container: string;
  codec: string;
  sampleRate: number;
  channels: number;
  /** The file was cut off. `declaredSeconds`: how long it says it is; null where it does not. */
  endsEarly: { declaredSeconds: number | null } | null;
  /** There is more audio than the file declares; all of it is transcribed. */
  longerThanDeclared: { declaredSeconds: number } | null;
  /** All audio streams, in the order of the file. */
  tracks: AudioTrack[];
}

/** How the channels of a file become one. */
export interface ChannelMix {
  /** Share of each channel. */
  mix: number[];
  /** Share of each channel in a second mix, which is added a quarter turn out of phase. */
  quadrature?: number[] | undefined;
}

/** A file inside a file. */
export interface TimelinePart {
  from: number;
  to: number;
  ignoreLength: boolean;
  /** Byte ranges of the file that have to stand before it, so that it is a file by itself. */
  head?: { from: number; to: number }[] | undefined;
  /** Left out: that of the timeline. */
  channels?: ChannelMix | undefined;
}

/** How a file is laid on the timeline of its recording; fixed when it is split, so that all times agree. */
export interface Timeline extends ChannelMix {
  /** Which of the audio streams. */
  track: number;
  /** Files inside the file that follow each other, as byte ranges; empty: the file is one. */
  parts: TimelinePart[];
  /**
   * `samples` counts decoded samples and nothing else: of formats without timestamps, and of recordings that were split
   * before they had a timeline.
   */
  clock: 'presentation' | 'samples';
  /** Times are the file's own timestamps, so they can be sought. */
  seekable: boolean;
  /** Length that the container declares, in seconds; null where it does not. */
  declaredEnd: number | null;
}

/** The timeline of recordings that were split before they had one. */
export const TIMELINE_OF_SAMPLES: Timeline = {
  track: 0,
  mix: [1],
  parts: [],
  clock: 'samples',
  seekable: false,
  declaredEnd: null,
};

/** A stretch of the recording that the file does not hold. */
export interface MissingStretch {
  start: number;
  end: number;
  code: 'missing_in_file';
}

/** Why an uploaded file cannot become a recording. The API turns each into a 422 that says what to do. */
export type UnusableAudioCode =
  | 'not_media' // ffprobe finds no format that it knows
  | 'no_audio_stream' // a video or picture without sound
  | 'truncated' // cut off so that nothing in it can be heard
  | 'too_long' // over the limit given
  | 'too_short'; // no audible length (under 0.1 s)

export class UnusableAudio extends Error {
  constructor(
    readonly code: UnusableAudioCode,
    message: string,
    readonly durationSeconds?: number,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'UnusableAudio';
  }
}

/** One chunk that was cut. Times are seconds from the start of the recording. */
export interface AudioChunk {
  /** Runs on through all channels. */
  index: number;
  /** Number of the channel that it holds, 1 for the first; null: the mix of all. */
  channel: number | null;
  start: number;
  end: number;
  /** Seconds at the start of this chunk that the chunk before holds too (a cut without silence), else 0. */
  overlapSeconds: number;
  /** Path of the file written. */
  file: string;
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
  /** Where neither voice activity nor loudness finds anything for a second or more, in seconds from its start. */
  silences: { start: number; end: number }[];
  /**
   * Where people speak, in seconds from its start: by voice activity, or by loudness where voice activity is missing or
   * hears next to nothing of what sounds. Empty only if both find nothing.
   */
  speech: { start: number; end: number }[];
}

export interface SplitRequest {
  /** Path of a local file. */
  file: string;
  /** An empty folder of the caller's, where the chunks are written. */
  outputFolder: string;
  preference: ChunkPreference;
  encoding: ChunkEncoding;
  /** `separate`: every channel has chunks of its own, where the file allows it. Default: mixed. */
  channels?: ChannelMode | undefined;
  /** Whose file it is: workspaces take turns. Default: one turn for all that name none. */
  workspace?: string | undefined;
}

export interface SplitResult {
  /** Exact length of the decoded audio in seconds. */
  durationSeconds: number;
  /** At least one. Of one channel after the other; those of a channel in order of time. */
  chunks: AudioChunk[];
  /** Why channels that were to be separate are mixed; null: they are as they were asked for. */
  mixedBecause: MixedReason | null;
  /** Program and version that cut, for the audit trail: `ffmpeg 4.1`. */
  engine: string;
  /** What the file lacks: packets missing inside the stream, and the end of a file that was cut off. */
  gaps: MissingStretch[];
  timeline: Timeline;
}

export interface ListeningCopyRequest {
  /** Path of a local file. */
  file: string;
  /** An empty folder of the caller's, where both files are written. */
  outputFolder: string;
  /** That of the recording: the copy is on the same clock. */
  timeline: Timeline;
  /** Whose file it is, see `SplitRequest`. */
  workspace?: string | undefined;
}

/** A file that was written. */
export interface WrittenFile {
  file: string;
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

export interface ListeningCopy {
  /** AAC-LC in MP4, mono, with its index in front. */
  audio: WrittenFile;
  /** Waveform, see `Peaks`. */
  peaks: WrittenFile;
  durationSeconds: number;
  /** Program and version that encoded it: `ffmpeg 4.1`. */
  engine: string;
}

export type ClipFormat = 'mp3' | 'ogg' | 'wav';

/** A stretch to listen to. Seconds from the start of the recording. */
export interface ClipRequest {
  start: number;
  end: number;
  format: ClipFormat;
  /** That of the recording; left out, it is worked out from the file. */
  timeline?: Timeline | undefined;
  /** Whose file it is, see `SplitRequest`. */
  workspace?: string | undefined;
}

/** Port: looks at and cuts audio. */
export interface Media {
  /** Rejects with `UnusableAudio` for a file that cannot become a recording, with `ProviderFailure` otherwise. */
  probe(file: string, limits: ProbeLimits, signal?: AbortSignal): Promise<AudioProbe>;
  split(request: SplitRequest, signal: AbortSignal): Promise<SplitResult>;
  /**
   * Encodes a recording for listening, and measures its waveform. Runs at the lowest priority of the processor. Rejects with
   * `ProviderFailure`, and with the signal's reason.
   */
  makeListeningCopy(request: ListeningCopyRequest, signal: AbortSignal): Promise<ListeningCopy>;
  /**
   * Cuts a part of the sound out of a file, or out of what a link (http, https) leads to. It is encoded completely
   * before this resolves, so that its header states its true length; then the source is not needed any more. Rejects with
   * `ProviderFailure`, and with the signal's reason; destroying the stream removes the clip.
   */
  clip(source: string, request: ClipRequest, signal: AbortSignal): Promise<Readable>;
}

export interface ProbeLimits {
  maxSeconds: number;
  /** Whose file it is, see `SplitRequest`. */
  workspace?: string | undefined;
}
