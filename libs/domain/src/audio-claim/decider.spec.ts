import { given } from '@test/domain/given';
import { CLAIM as claimId, OWNER, RECORDING, REPORT as OTHER } from '@test/domain/some';
import { audioClaimDecider, AudioClaimEvent, audioClaimId } from './decider';

const claimed: AudioClaimEvent = { type: 'AudioClaimed', data: { claimId, recordingId: RECORDING } };
const released: AudioClaimEvent = { type: 'AudioClaimReleased', data: { claimId, recordingId: RECORDING } };
const claim = (recordingId: string) => ({ type: 'ClaimAudio' as const, claimId, recordingId });
const release = (recordingId: string) => ({ type: 'ReleaseAudio' as const, claimId, recordingId });

describe('A claim on audio', () => {
  it('goes to who comes first', () => given(audioClaimDecider, []).when(claim(RECORDING)).then(claimed));
  it('is held', () => given(audioClaimDecider, [claimed]).when(claim(RECORDING)).thenNothing());
  it('is refused to others', () =>
    given(audioClaimDecider, [claimed]).when(claim(OTHER)).thenRefused('audio_already_claimed'));
  it('is released by its holder alone', () => {
    given(audioClaimDecider, [claimed]).when(release(RECORDING)).then(released);
    given(audioClaimDecider, [claimed]).when(release(OTHER)).thenNothing();
    given(audioClaimDecider, []).when(release(RECORDING)).thenNothing();
  });
  it('can be made again after its release', () =>
    given(audioClaimDecider, [claimed, released]).when(claim(OTHER)).thenTypes('AudioClaimed'));
  it('is one per owner and content', () => {
    expect(audioClaimId(OWNER, 'a')).toBe(audioClaimId(OWNER, 'a'));
    expect(audioClaimId(OWNER, 'a')).not.toBe(audioClaimId(RECORDING, 'a'));
    expect(audioClaimId(OWNER, 'a')).not.toBe(audioClaimId(OWNER, 'b'));
  });
});
