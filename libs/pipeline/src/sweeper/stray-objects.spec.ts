import { given } from '@test/domain/given';
import { copyMade, copyRequested, RECORDING, split, uploaded } from '@test/domain/some';
import { initialRecording, recordingDecider, RecordingEvent } from '@voxpersona/domain';
import { recordingOfKey, strayObjects } from './stray-objects';

const before = new Date('2026-05-02T00:00:00Z');
const old = new Date('2026-05-01T23:59:59.999Z');
const original = `recordings/${RECORDING}/original`;
const other = `${original}-another-upload`;
const chunk = (attempt: string): string => `recordings/${RECORDING}/chunks/${attempt}/0.mp3`;

const erased: RecordingEvent = {
  type: 'RecordingErased',
  data: { recordingId: RECORDING, owner: 'o', claimId: 'c', reportIds: [] },
};

function strayKeys(events: readonly RecordingEvent[], keys: readonly string[], modifiedAt = old): string[] {
  const { state } = given(recordingDecider, events);
  const objects = keys.map((key) => ({ key, sizeBytes: 1, modifiedAt }));
  return strayObjects(objects, state, before).map(({ key }) => key);
}

describe('Stray objects', () => {
  it('are all of a recording that is not there', () => {
    expect(strayKeys([], [original, chunk('x')])).toEqual([original, chunk('x')]);
    expect(strayObjects([], initialRecording, before)).toEqual([]);
  });

  it('are those that no event names, of one that is there', () => {
    expect(strayKeys([uploaded()], [original, other, chunk('x')])).toEqual([other, chunk('x')]);
    expect(strayKeys([uploaded(), split()], [original, chunk('x'), chunk('crashed')])).toEqual([
      chunk('crashed'),
    ]);
  });

  it('are all that an erasure left behind', () => {
    expect(strayKeys([uploaded(), split(), erased], [original, chunk('x')])).toEqual([original, chunk('x')]);
  });

  it('are also what arrived after an erasure, however young', () => {
    const late = chunk('being-written');
    expect(strayKeys([uploaded(), erased], [late], before)).toEqual([late]);
  });

  it('are not the checksum that is kept with the original', () => {
    expect(strayKeys([uploaded()], [original, `${original}.sha256`, `${other}.sha256`])).toEqual([
      `${other}.sha256`,
    ]);
  });

  it('are what a restored original replaced', () => {
    const restored = {
      type: 'OriginalRestored' as const,
      data: { recordingId: RECORDING, objectKey: other, replacedObjectKey: original },
    };
    expect(strayKeys([uploaded(), restored], [original, other])).toEqual([original]);
  });

  it('are not the listening copy, but what a later one replaced', () => {
    const keys = (version: number): string[] => {
      const { audio, peaks } = copyMade(version).data;
      return [audio.objectKey, peaks.objectKey];
    };
    const first = [uploaded(), split(), copyRequested()];
    expect(strayKeys(first, keys(1))).toEqual(keys(1));
    expect(strayKeys([...first, copyMade()], keys(1))).toEqual([]);
    const again = [...first, copyMade(), copyRequested(2, keys(1)[0]), copyMade(2)];
    expect(strayKeys(again, [...keys(1), ...keys(2)])).toEqual(keys(1));
    expect(strayKeys([...again, erased], keys(2))).toEqual(keys(2));
  });

  it.each([
    ['absent', []],
    ['present', [uploaded()]],
  ])('are never younger than the limit, of one that is %s', (_phase, events) => {
    expect(strayKeys(events, [chunk('being-written')], before)).toEqual([]);
  });
});

describe('The recording of a key', () => {
  it('is told by its prefix', () => {
    expect(recordingOfKey(original)).toBe(RECORDING);
    expect(recordingOfKey(chunk('x'))).toBe(RECORDING);
  });

  it.each(['log-id', 'recordings/x/original', `recordings/${RECORDING}`, `other/${RECORDING}/original`, 'ä'])(
    'is not told by %j',
    (key) => expect(recordingOfKey(key)).toBeUndefined(),
  );
});
