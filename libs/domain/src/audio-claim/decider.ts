import { z } from 'zod';
import { accept, acceptNothing, Decider, refuse, Refusal } from '../shared/decider';
import { defineEvent, EventOf } from '../shared/event-definition';
import { deriveId } from '../shared/ids';

const claim = z.object({ claimId: z.uuid(), recordingId: z.uuid() });

export const AudioClaimed = defineEvent('AudioClaimed', claim);
export const AudioClaimReleased = defineEvent('AudioClaimReleased', claim);

export const AUDIO_CLAIM_EVENTS = [AudioClaimed, AudioClaimReleased] as const;
export type AudioClaimEvent = EventOf<(typeof AUDIO_CLAIM_EVENTS)[number]>;

export type AudioClaimCommand =
  | { type: 'ClaimAudio'; claimId: string; recordingId: string }
  | { type: 'ReleaseAudio'; claimId: string; recordingId: string };

export interface AudioClaimState {
  /** The recording that holds this audio; null: nobody does. */
  holder: string | null;
}

/** `message` names no recording; read the holder from the state. */
export type AudioClaimRefusal = Refusal<'audio_already_claimed'>;

/** One id for one content of one owner: a read model could not keep two uploads of it apart in time. */
export function audioClaimId(owner: string, sha256: string): string {
  return deriveId('audio-claim', owner, sha256);
}

/** Makes the same audio of the same owner one recording, until that recording is erased. */
export const audioClaimDecider: Decider<
  AudioClaimState,
  AudioClaimCommand,
  AudioClaimEvent,
  AudioClaimRefusal
> = {
  category: 'audio',
  initial: { holder: null },
  decide(state, command) {
    const { claimId, recordingId } = command;
    const holds = state.holder === recordingId;
    switch (command.type) {
      case 'ClaimAudio':
        if (holds) return acceptNothing();
        return state.holder === null
          ? accept({ type: 'AudioClaimed', data: { claimId, recordingId } })
          : refuse('audio_already_claimed', 'This audio has been uploaded before.');
      case 'ReleaseAudio':
        return holds
          ? accept({ type: 'AudioClaimReleased', data: { claimId, recordingId } })
          : acceptNothing();
    }
  },
  evolve(_state, event) {
    switch (event.type) {
      case 'AudioClaimed':
        return { holder: event.data.recordingId };
      case 'AudioClaimReleased':
        return { holder: null };
    }
  },
};
