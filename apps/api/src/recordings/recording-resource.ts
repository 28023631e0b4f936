import { missingDetails } from '@voxpersona/domain';
import {
  currentReportsOf,
  currentVersionOf,
  gapsOfView,
  isSearchable,
  RecordingView,
  removedOfView,
  stageOf,
  statusOf,
} from '@voxpersona/projections';

/** A recording as the API shows it. */
export type RecordingResource = ReturnType<typeof toRecordingResource>;

export function toRecordingResource(view: RecordingView) {
  const count = (status: string): number => view.chunks.filter((chunk) => chunk.status === status).length;
  const current = currentReportsOf(view);
  return {
    id: view.id,
    status: statusOf(view),
    stage: stageOf(view),
    searchable: isSearchable(view),
    fileName: view.fileName,
    scenario: view.scenario,
    language: view.language,
    channels: channelsOf(view),
    details: view.details,
    missing: view.details ? missingDetails(view.scenario, view.details) : [],
    sizeBytes: view.sizeBytes,
    sha256: view.sha256,
    audio: audioOf(view.audio),
    listeningCopy: view.listeningCopy ?? NO_LISTENING_COPY,
    uploadedAt: view.uploadedAt,
    updatedAt: view.updatedAt,
    chunks: { total: view.chunks.length, done: count('transcribed'), failed: count('failed') },
    gaps: gapsOfView(view),
    failures: view.failures,
    transcript: view.noSpeech ? null : { version: currentVersionOf(view), wordCount: view.wordCount },
    reports: view.reports.map(({ id, type, transcriptVersion, status, rejected = false }) => ({
      ...{ id, type, transcriptVersion, status },
      ...{ current: current.has(id), rejected },
    })),
    cost: view.cost,
    links: linksOf(view.id),
  };
}

/** Rows of earlier versions do not speak of one. */
const NO_LISTENING_COPY = { status: 'none' } as const;

/** How the channels were to be transcribed, and how they are: `used` is null until the audio is split. */
function channelsOf({ channels: requested = 'mixed', mixedBecause = null, chunks }: RecordingView) {
  const used = mixedBecause === null ? requested : ('mixed' as const);
  return { requested, used: chunks.length > 0 ? used : null, mixedBecause };
}

/** Rows of earlier versions lack some of it. */
function audioOf({
  endsEarly = null,
  longerThanDeclared = null,
  tracks = [],
  ...audio
}: RecordingView['audio']) {
  return { ...audio, endsEarly, longerThanDeclared, tracks };
}

/** The same with what only the recording by itself shows: lists would grow by it. */
export function toDetailedResource(view: RecordingView) {
  return { ...toRecordingResource(view), removed: removedOfView(view) };
}

type Link = 'self' | 'transcript' | 'audio' | 'listeningCopy' | 'peaks' | 'progress' | 'events';

export function linksOf(id: string): Record<Link, string> {
  const self = `/v1/recordings/${id}`;
  const below = (name: string): string => `${self}/${name}`;
  return {
    self,
    transcript: below('transcript'),
    audio: below('audio'),
    listeningCopy: below('listening-copy'),
    peaks: below('peaks'),
    progress: below('progress'),
    events: below('events'),
  };
}
