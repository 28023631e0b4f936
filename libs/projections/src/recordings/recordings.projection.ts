import { DocumentProjection } from '../runner/document-projection';
import { statusOf } from './recording-status';
import { evolveRecordingView, RecordingView } from './recording-view';

/** One row per recording, erased ones included as their skeleton. */
export const recordingsProjection: DocumentProjection<RecordingView> = {
  name: 'recordings',
  version: 6,
  table: 'read_recordings',
  idType: 'uuid',
  filter: { streamPrefixes: ['recording-', 'report-'] },
  columns: [
    { name: 'owner', type: 'uuid', valueOf: (row) => row.owner },
    { name: 'uploaded_position', type: 'bigint', valueOf: (row) => row.uploadedPosition },
    { name: 'erasure', type: 'text', valueOf: (row) => row.erasure },
    { name: 'status', type: 'text', valueOf: (row) => statusOf(row) },
    { name: 'scenario', type: 'text', valueOf: (row) => row.scenario },
    { name: 'language', type: 'text', valueOf: (row) => row.language },
    { name: 'uploaded_at', type: 'timestamptz', valueOf: (row) => row.uploadedAt },
    { name: 'updated_at', type: 'timestamptz', valueOf: (row) => row.updatedAt },
    {
      name: 'duration_seconds',
      type: 'double precision',
      valueOf: (row) => String(row.audio.durationSeconds),
    },
  ],
  idsOf: (event) => ('recordingId' in event.data ? [event.data.recordingId] : []),
  evolve: evolveRecordingView,
};
