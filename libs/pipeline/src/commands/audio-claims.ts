import { Inject, Injectable } from '@nestjs/common';
import {
  audioClaimDecider,
  audioClaimId,
  DomainEvent,
  recordingDecider,
  RecordingState,
} from '@voxpersona/domain';
import { Actors, CurrentState, KeyRing, RecordingKeyDestroyed } from '@voxpersona/event-store';
import { KEY_RING } from '../tokens';
import { commandContext, RequestContext } from './request-context';

/** Claims change hands only by an erasure in between: more rounds than this would be a mistake. */
const CLAIM_ROUNDS = 5;

/** The recording that some audio is, or is to become. */
export interface ClaimedRecording {
  recordingId: string;
  /** Never erased. */
  recording: CurrentState<RecordingState>;
}

/** Makes the same audio of the same owner one recording. */
@Injectable()
export class AudioClaims {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    @Inject(KEY_RING) private readonly keys: KeyRing,
  ) {}

  /**
   * Claims audio for a recording, unless another recording holds it.
   *
   * @throws RecordingKeyDestroyed when the recording was withdrawn before it began
   */
  async claim(
    audio: { owner: string; sha256: string; recordingId: string },
    request: RequestContext,
  ): Promise<ClaimedRecording> {
    const { owner, sha256, recordingId } = audio;
    const claimId = audioClaimId(owner, sha256);
    for (let round = 0; round < CLAIM_ROUNDS; round += 1) {
      const holder = await this.holderOf(claimId, recordingId, round, request);
      // A repeated request that claimed this audio before, and whose claim was released since: claimed anew.
      if (holder === null) continue;
      const recording = await this.actors.read(recordingDecider, holder);
      const { phase } = recording.state;
      const withdrawn = phase === 'absent' ? await this.keyDestroyed(holder) : undefined;
      if (phase === 'present' || (phase === 'absent' && !withdrawn))
        return { recordingId: holder, recording };
      // Erased, and the claim not released yet: the saga is about to; this is the same command sooner. Or it was to come
      // of a file that was withdrawn on its way, and never will.
      const release = { type: 'ReleaseAudio' as const, claimId, recordingId: holder };
      const context = commandContext(request, 'release', String(round));
      await this.actors.ask(audioClaimDecider, claimId, release, context);
      if (withdrawn && holder === recordingId) throw withdrawn;
    }
    throw new Error('The claim on this audio changes hands too often');
  }

  private async holderOf(
    claimId: string,
    recordingId: string,
    round: number,
    request: RequestContext,
  ): Promise<string | null> {
    const claim = { type: 'ClaimAudio' as const, claimId, recordingId };
    const context = commandContext(request, 'claim', String(round));
    const { state } = await this.actors.ask(audioClaimDecider, claimId, claim, context);
    return state.holder;
  }

  /** What says that nothing can be recorded under this id; undefined: it can. */
  private async keyDestroyed(recordingId: string): Promise<RecordingKeyDestroyed | undefined> {
    try {
      await this.keys.keyForSealing(recordingId);
      return undefined;
    } catch (error) {
      if (error instanceof RecordingKeyDestroyed) return error;
      throw error;
    }
  }
}
