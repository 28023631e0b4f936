import { DomainEvent, Gap, isErased, TranscriptLine } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { DocumentProjection } from '../runner/document-projection';

/** A transcript of a recording. */
export interface TranscriptView {
  recordingId: string;
  version: number;
  language: string | null;
  lines: TranscriptLine[];
  gaps: Gap[];
  wordCount: number;
}

/** The current transcript of a recording, and all others: one of them may become current again. */
export interface TranscriptsRow extends TranscriptView {
  /** Those in which somebody speaks. Not in rows of the version before. */
  versions?: TranscriptView[];
}

/** One row per recording that has a transcript. */
export const transcriptsProjection: DocumentProjection<TranscriptsRow> = {
  name: 'transcripts',
  version: 2,
  table: 'read_transcripts',
  idType: 'uuid',
  filter: { types: ['TranscriptAssembled', 'NoSpeechFound', 'TranscriptRejected', 'RecordingErased'] },
  columns: [],
  idsOf: (event) => ('recordingId' in event.data ? [event.data.recordingId] : []),
  evolve,
};

/** The transcript to show of a row; null where nobody speaks in the current one. */
export function currentTranscript(row: TranscriptsRow): TranscriptView | null {
  const { recordingId, version, language, lines, wordCount } = row;
  // Rows from before channels could be separate do not name the channels of their gaps.
  const gaps = row.gaps.map((gap) => ({ ...gap, channel: gap.channel ?? null }));
  return lines.length === 0 ? null : { recordingId, version, language, lines, gaps, wordCount };
}

function evolve(row: TranscriptsRow | undefined, event: Recorded<DomainEvent>): TranscriptsRow | undefined {
  const versions = row?.versions ?? [];
  switch (event.type) {
    case 'TranscriptAssembled': {
      const { recordingId, transcriptVersion: version, language, lines, gaps, wordCount } = event.data;
      if (isErased(lines)) return undefined;
      const transcript = { recordingId, version, language, lines, gaps, wordCount };
      return { ...transcript, versions: [...versions, transcript] };
    }
    case 'NoSpeechFound': {
      const { recordingId, transcriptVersion, gaps } = event.data;
      return { ...silence(recordingId, transcriptVersion), gaps, versions };
    }
    case 'TranscriptRejected': {
      const { recordingId, restored } = event.data;
      if (!restored) return row;
      const current = versions.find(({ version }) => version === restored.transcriptVersion);
      return { ...(current ?? silence(recordingId, restored.transcriptVersion)), versions };
    }
    case 'RecordingErased':
      return undefined;
    default:
      return row;
  }
}

function silence(recordingId: string, version: number): TranscriptView {
  return { recordingId, version, language: null, lines: [], gaps: [], wordCount: 0 };
}
