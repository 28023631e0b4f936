import { EXAMPLE } from '../contract/common';

const { id, otherId, position, moment } = EXAMPLE;

export const LINKS = {
  self: `/v1/recordings/${id}`,
  transcript: `/v1/recordings/${id}/transcript`,
  audio: `/v1/recordings/${id}/audio`,
  listeningCopy: `/v1/recordings/${id}/listening-copy`,
  peaks: `/v1/recordings/${id}/peaks`,
  progress: `/v1/recordings/${id}/progress`,
  events: `/v1/recordings/${id}/events`,
};

export const RECORDING = {
  id,
  status: 'ready',
  stage: 'done',
  searchable: true,
  fileName: 'interview.m4a',
  scenario: 'interview',
  language: 'en',
  channels: { requested: 'mixed', used: 'mixed', mixedBecause: null },
  details: { date: '2026-11-23', client: 'Ann', city: 'Bonn' },
  missing: ['employee', 'place', 'buildingType'],
  sizeBytes: 1_290_451,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  audio: {
    durationSeconds: 81.3,
    container: 'mov,mp4,m4a',
    codec: 'aac',
    sampleRate: 44_100,
    channels: 1,
    endsEarly: null,
    longerThanDeclared: null,
    tracks: [{ codec: 'aac', channels: 1, language: null, title: null, chosen: true }],
  },
  listeningCopy: { status: 'ready', sizeBytes: 655_360, durationSeconds: 81.3 },
  uploadedAt: moment,
  updatedAt: moment,
  chunks: { total: 1, done: 1, failed: 0 },
  gaps: [],
  failures: [],
  transcript: { version: 1, wordCount: 212 },
  reports: [
    {
      id: otherId,
      type: 'summary',
      transcriptVersion: 1,
      status: 'completed',
      current: true,
      rejected: false,
    },
  ],
  cost: { usd: 0.021, callsOfUnknownPrice: 0 },
  links: LINKS,
};

/** By itself, a recording shows what was left out too. */
export const DETAILED_RECORDING = {
  ...RECORDING,
  removed: [
    { chunkIndex: 0, start: 12.5, end: 14, code: 'non_speech_marker', text: '[music]', channel: null },
  ],
};

export const DETAILS = {
  scenario: 'interview',
  details: { date: '2026-11-23', city: 'Köln' },
  missing: ['employee', 'client', 'place', 'buildingType'],
  version: 2,
};

export const UPLOADED = { id, duplicate: false, restored: false, position, links: LINKS };

export const TRANSCRIPT = {
  recordingId: id,
  version: 1,
  language: 'en',
  lines: [{ start: 0.4, end: 3.1, text: 'Good evening, what was the room like?', speaker: null }],
  gaps: [],
  wordCount: 7,
};

export const SRT = '1\n00:00:00,400 --> 00:00:03,100\nGood evening, what was the room like?\n';

export const TRAIL = {
  events: [
    {
      id: otherId,
      type: 'AudioSplit',
      stream: `recording-${id}`,
      revision: 1,
      position: '1235',
      metadata: { recordedAt: moment, actor: { kind: 'saga', id: 'recording-saga', owner: null } },
      data: { recordingId: id, durationSeconds: 81.3 },
    },
  ],
};
