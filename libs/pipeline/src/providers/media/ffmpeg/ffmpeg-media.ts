import { Readable } from 'node:stream';
import { VoiceActivity } from '../../voice-activity/voice-activity';
import { AudioProbe, ClipRequest, Media, SplitRequest, SplitResult } from '../media';
import { clipAudio } from './clip';
import { probeAudio } from './probe';
import { MediaPrograms } from './programs';
import { splitAudio } from './split';

/** Media by ffmpeg and ffprobe, run through fluent-ffmpeg; never by a shell. */
export class FfmpegMedia implements Media {
  /** @param voiceActivity undefined: loudness alone tells speech from silence */
  constructor(
    private readonly programs: MediaPrograms,
    private readonly voiceActivity?: VoiceActivity,
  ) {}

  probe(file: string, limits: { maxSeconds: number }, signal?: AbortSignal): Promise<AudioProbe> {
    return probeAudio(this.programs, file, limits, signal);
  }

  async split(request: SplitRequest, signal: AbortSignal): Promise<SplitResult> {
    const chunks = await splitAudio(this.programs, request, this.voiceActivity, signal);
    const durationSeconds = chunks.at(-1)?.end ?? 0;
    return { durationSeconds, chunks, engine: this.programs.engine };
  }

  clip(file: string, request: ClipRequest, signal: AbortSignal): Promise<Readable> {
    return clipAudio(this.programs, file, request, signal);
  }
}
