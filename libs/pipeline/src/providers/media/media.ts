import { Readable } from 'node:stream';
import { ChunkEncoding, ChunkPreference } from '../speech-to-text/speech-to-text';

export interface AudioProbe {
  /** Seconds of the audio stream, measured by reading it through; headers are not believed. */
  durationSeconds: number;
  /** As ffprobe names it, for example `mp3`, `mov,mp4,m4a,3gp,3g2,mj2`. */
  container: string;
  codec: string;
  sampleRate: number;
  channels: number;
}

/** Why an uploaded file cannot become a recording. The API turns each into a 422 that says what to do. */
export type UnusableAudioCode =
  | 'not_media' // ffprobe finds no format that it knows
  | 'no_audio_stream' // a video or picture without sound
  | 'truncated' // the container says more than the file holds, or cannot be read to its end
  | 'too_long' // over the limit given
  | 'too_short'; // no audible length (under 0.1 s)

export class UnusableAudio extends Error {
  constructor(
    readonly code: UnusableAudioCode,
    message: string,
    readonly durationSeconds?: number,
  ) {
    super(message);
    this.name = 'UnusableAudio';
  }
}

/** One chunk that was cut. Times are seconds from the start of the recording. */
export interface AudioChunk {
  index: number;
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
}

export interface SplitResult {
  /** Exact length of the decoded audio in seconds. */
  durationSeconds: number;
  /** In order; at least one. */
  chunks: AudioChunk[];
  /** Program and version that cut, for the audit trail: `ffmpeg 4.1`. */
  engine: string;
}

export type ClipFormat = 'mp3' | 'ogg' | 'wav';

/** A stretch to listen to. Seconds from the start of the recording. */
export interface ClipRequest {
  start: number;
  end: number;
  format: ClipFormat;
}

/** Port: looks at and cuts audio. */
export interface Media {
  /** Rejects with `UnusableAudio` for a file that cannot become a recording, with `ProviderFailure` otherwise. */
  probe(file: string, limits: { maxSeconds: number }, signal?: AbortSignal): Promise<AudioProbe>;
  split(request: SplitRequest, signal: AbortSignal): Promise<SplitResult>;
  /**
   * A part of the sound, encoded while it is read, of a file or of what a link (http, https) leads to; it must stay where it is
   * until then. Rejects with `ProviderFailure`
   * before the first byte; destroying the stream ends the work.
   */
  clip(source: string, request: ClipRequest, signal: AbortSignal): Promise<Readable>;
}
