import { assembled, erased, RECORDING, uploaded } from '@test/domain/some';
import { DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { foldDocument } from '../runner/document-projection';
import { currentTranscript, transcriptsProjection, TranscriptView } from './transcripts.projection';

/** What is shown after these events; undefined: there is no row. */
function current(...events: DomainEvent[]): TranscriptView | null | undefined {
  const recorded = events.map((event) => ({ ...event, stream: `recording-${RECORDING}` }));
  const row = foldDocument(transcriptsProjection, recorded as Recorded<DomainEvent>[], RECORDING);
  return row && currentTranscript(row);
}
const rejected = (transcriptVersion: number, to: number | null): DomainEvent => ({
  type: 'TranscriptRejected',
  data: {
    ...{ recordingId: RECORDING, transcriptVersion, reportIds: [] },
    restored:
      to === null
        ? null
        : { transcriptVersion: to, isSilent: false, language: 'en', wordCount: 2, reportIds: [] },
  },
});
const silent = (transcriptVersion: number): DomainEvent => ({
  type: 'NoSpeechFound',
  data: { recordingId: RECORDING, transcriptVersion, gaps: [] },
});

describe('The current transcript', () => {
  it('is the newest, as it was assembled', () => {
    const { lines } = assembled(2).data;
    expect(current(uploaded(), assembled(1), assembled(2))).toEqual({
      ...{ recordingId: RECORDING, version: 2, language: 'en', lines, gaps: [], wordCount: 2 },
    });
  });
  it('is the one before, where the newest was rejected', () => {
    expect(current(assembled(1), assembled(2), rejected(2, 1))).toMatchObject({ version: 1 });
    expect(current(assembled(1), assembled(2), rejected(2, 1), assembled(3))).toMatchObject({ version: 3 });
    expect(current(assembled(1), assembled(2), assembled(3), rejected(2, null))).toMatchObject({
      version: 3,
    });
  });
  it('is none where nobody speaks, and comes back', () => {
    expect(current(assembled(1), silent(2))).toBeNull();
    expect(current(assembled(1), silent(2), rejected(2, 1))).toMatchObject({ version: 1, wordCount: 2 });
    expect(current(silent(1), assembled(2), rejected(2, 1))).toBeNull();
  });
  it('is none of an erased recording', () => {
    expect(current()).toBeUndefined();
    expect(current(assembled(1), assembled(2), erased())).toBeUndefined();
  });
});
