import { Readable } from 'node:stream';
import { AudioProbe, ClipRequest, Media, SplitRequest, SplitResult } from '../media';
import { clipAudio } from './clip';
import { probeAudio } from './probe';
import { MediaPrograms } from './programs';
import { splitAudio } from './split';

/** Media by ffmpeg and ffprobe, run through fluent-ffmpeg; never by a shell. */
export class FfmpegMedia implements Media {
  constructor(private readonly programs: MediaPrograms) {}

  probe(file: string, limits: { maxSeconds: number }, signal?: AbortSignal): Promise<AudioProbe> {
    return probeAudio(this.programs, file, limits, signal);
  }

  async split(request: SplitRequest, signal: AbortSignal): Promise<SplitResult> {
    const chunks = await splitAudio(this.programs, request, signal);
    const durationSeconds = chunks.at(-1)?.end ?? 0;
    return { durationSeconds, chunks, engine: this.programs.engine };
  }

  clip(file: string, request: ClipRequest, signal: AbortSignal): Promise<Readable> {
    return clipAudio(this.programs, file, request, signal);
  }
}
