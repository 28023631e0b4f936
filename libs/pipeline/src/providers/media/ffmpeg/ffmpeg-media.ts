import { availableParallelism } from 'node:os';
import { Readable } from 'node:stream';
import { VoiceActivity } from '../../voice-activity/voice-activity';
import { ProviderFailure } from '../../provider-failure';
import {
  AudioProbe,
  ClipRequest,
  ListeningCopy,
  ListeningCopyRequest,
  Media,
  ProbeLimits,
  SplitRequest,
  SplitResult,
  UnusableAudio,
} from '../media';
import { clipAudio } from './clip';
import { FairSlots } from './fair-slots';
import { makeListeningCopy } from './listening-copy';
import { probeAudio } from './probe';
import { describePrograms, MediaPrograms } from './programs';
import { splitAudio } from './split';

export interface FfmpegMediaOptions {
  /** Undefined: loudness alone tells speech from silence. */
  voiceActivity?: VoiceActivity | undefined;
  /** How many of one kind of work (uploads, splits, clips) run at once. Default: the number of processors. */
  concurrency?: number;
}

/** Media by ffmpeg and ffprobe, which are run as programs within bounds, never by a shell. */
export class FfmpegMedia implements Media {
  private readonly voiceActivity: VoiceActivity | undefined;
  /** Kinds of work do not wait for each other: a split takes minutes, and a clip is listened to at once. */
  private readonly slots: Record<'probe' | 'split' | 'clip' | 'listeningCopy', FairSlots>;

  constructor(
    private readonly programs: MediaPrograms,
    { voiceActivity, concurrency = Math.max(2, availableParallelism()) }: FfmpegMediaOptions = {},
  ) {
    this.voiceActivity = voiceActivity;
    const slots = (): FairSlots => new FairSlots(concurrency);
    this.slots = { probe: slots(), split: slots(), clip: slots(), listeningCopy: slots() };
  }

  /** The programs in use, for start-up; and what an operator should know about them. */
  get description(): { programs: string; warnings: readonly string[] } {
    return { programs: describePrograms(this.programs), warnings: this.programs.warnings };
  }

  probe(
    file: string,
    { maxSeconds, workspace = '' }: ProbeLimits,
    signal?: AbortSignal,
  ): Promise<AudioProbe> {
    const { voiceActivity } = this;
    return this.slots.probe.run(workspace, signal, () =>
      probeAudio(this.programs, file, { maxSeconds, voiceActivity, signal }),
    );
  }

  split(request: SplitRequest, signal: AbortSignal): Promise<SplitResult> {
    return this.slots.split.run(request.workspace ?? '', signal, () =>
      splitAudio(this.programs, request, this.voiceActivity, signal).catch(asFailure),
    );
  }

  makeListeningCopy(request: ListeningCopyRequest, signal: AbortSignal): Promise<ListeningCopy> {
    return this.slots.listeningCopy.run(request.workspace ?? '', signal, () =>
      makeListeningCopy(this.programs, request, signal).catch(asFailure),
    );
  }

  clip(source: string, request: ClipRequest, signal: AbortSignal): Promise<Readable> {
    return this.slots.clip.run(request.workspace ?? '', signal, () =>
      clipAudio(this.programs, source, request, this.voiceActivity, signal).catch(asFailure),
    );
  }
}

/** A recording's own file is not refused any more; that it cannot be read is a failure like others. */
function asFailure(error: unknown): never {
  if (!(error instanceof UnusableAudio)) throw error;
  throw new ProviderFailure('unreadable_media', `ffmpeg: ${error.message}`, {
    provider: 'ffmpeg',
    cause: error,
  });
}
