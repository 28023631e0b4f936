import { DocumentProjection } from '../runner/document-projection';
import { evolveRecordingView, RecordingView } from './recording-view';

/** One row per recording, erased ones included as their skeleton. */
export const recordingsProjection: DocumentProjection<RecordingView> = {
  name: 'recordings',
  version: 2,
  table: 'read_recordings',
  idType: 'uuid',
  filter: { streamPrefixes: ['recording-', 'report-'] },
  columns: [
    { name: 'owner', type: 'uuid', valueOf: (row) => row.owner },
    { name: 'uploaded_position', type: 'bigint', valueOf: (row) => row.uploadedPosition },
    { name: 'erasure', type: 'text', valueOf: (row) => row.erasure },
  ],
  idsOf: (event) => ('recordingId' in event.data ? [event.data.recordingId] : []),
  evolve: evolveRecordingView,
};
