import { DomainEvent, Gap, isErased, TranscriptLine } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { DocumentProjection } from '../runner/document-projection';

/** The newest transcript of a recording. */
export interface TranscriptView {
  recordingId: string;
  version: number;
  language: string | null;
  lines: TranscriptLine[];
  gaps: Gap[];
  wordCount: number;
}

/** One row per recording that has a transcript. */
export const transcriptsProjection: DocumentProjection<TranscriptView> = {
  name: 'transcripts',
  version: 1,
  table: 'read_transcripts',
  idType: 'uuid',
  filter: { types: ['TranscriptAssembled', 'NoSpeechFound', 'RecordingErased'] },
  columns: [],
  idsOf: (event) => ('recordingId' in event.data ? [event.data.recordingId] : []),
  evolve,
};

function evolve(row: TranscriptView | undefined, event: Recorded<DomainEvent>): TranscriptView | undefined {
  switch (event.type) {
    case 'TranscriptAssembled': {
      const { recordingId, transcriptVersion: version, language, lines, gaps, wordCount } = event.data;
      return isErased(lines) ? undefined : { recordingId, version, language, lines, gaps, wordCount };
    }
    case 'NoSpeechFound':
    case 'RecordingErased':
      return undefined;
    default:
      return row;
  }
}
