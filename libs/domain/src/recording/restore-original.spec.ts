import { given } from '@test/domain/given';
import { erased, RECORDING, uploaded } from '@test/domain/some';
import { recordingDecider } from './decider';
import { RecordingEvent } from './events';

const FIRST = `recordings/${RECORDING}/original`;
const SECOND = `${FIRST}-2`;
const restore = (objectKey = SECOND, replacedObjectKey = FIRST) => ({
  type: 'RestoreOriginal' as const,
  objectKey,
  replacedObjectKey,
});
const restored: RecordingEvent = {
  type: 'OriginalRestored',
  data: { recordingId: RECORDING, objectKey: SECOND, replacedObjectKey: FIRST },
};
const splitFailed: RecordingEvent = {
  type: 'RecordingStageFailed',
  data: {
    recordingId: RECORDING,
    stage: 'split',
    failure: { code: 'original_missing', provider: null, requestId: null, attempts: 1 },
  },
};
const cancelled: RecordingEvent = {
  type: 'RecordingCancelled',
  data: { recordingId: RECORDING, reportIds: [] },
};

describe('Restoring the original', () => {
  it('names the new object and the one it replaces', () => {
    const { state } = given(recordingDecider, [uploaded(), restored]);
    expect(state).toMatchObject({ original: { objectKey: SECOND } });
    given(recordingDecider, [uploaded()]).when(restore()).then(restored);
  });
  it('retries what has failed', () =>
    given(recordingDecider, [uploaded(), splitFailed])
      .when(restore())
      .thenTypes('OriginalRestored', 'RecordingRetryRequested'));
  it('leaves a cancelled recording cancelled', () =>
    given(recordingDecider, [uploaded(), splitFailed, cancelled]).when(restore()).then(restored));
  it('lets one of several senders win', () => {
    given(recordingDecider, [uploaded(), restored]).when(restore()).thenNothing();
    given(recordingDecider, [uploaded(), restored])
      .when(restore(`${FIRST}-3`))
      .thenRefused('original_restored');
  });
  it('is refused for what is not there', () => {
    given(recordingDecider, []).when(restore()).thenRefused('recording_not_found');
    given(recordingDecider, [uploaded(), erased()]).when(restore()).thenRefused('recording_erased');
  });
});
