import { DOMAIN_EVENTS, founderIdOf } from '@voxpersona/domain';
import { canonicalJson, ChainEnd, CHAIN_START, EventStore, JsonObject } from '@voxpersona/event-store';
import { createHash, randomUUID } from 'node:crypto';

const SHA = 'd'.repeat(64);

export interface FormerEvent {
  stream: string;
  type: string;
  schemaVersion: number;
  data: JsonObject;
}

/**
 * A history as builds of long ago wrote it: events of every former version of every type, among ones of today. What is
 * personal is not sealed here: it reads the same.
 */
export function formerHistory(): { ownerId: string; recordingId: string; events: FormerEvent[] } {
  const ownerId = randomUUID();
  const recordingId = randomUUID();
  const recording = `recording-${recordingId}`;
  const call: JsonObject = {
    model: { provider: 'openai', model: 'whisper-1', parameters: {} },
    resultKey: SHA,
    usage: { audioSeconds: 10, inputTokens: null, outputTokens: null },
    ...{ costUsd: 0.5, durationMs: 5, requestId: null },
  };
  const chunk = (index: number): JsonObject => ({
    ...{ index, start: index * 10, end: index * 10 + 10, overlapSeconds: 0 },
    ...{ objectKey: `recordings/${recordingId}/${index}`, sizeBytes: 1, sha256: SHA },
  });
  const heard = (chunkIndex: number, round: number): JsonObject => ({
    ...{ recordingId, round, chunkIndex, language: 'en', call },
    segments: [{ start: 0, end: 9, text: 'the breakfast was late' }],
  });
  const failure = { code: 'unavailable', provider: 'openai', requestId: null, attempts: 5 };
  const events: FormerEvent[] = [
    {
      stream: `owner-${ownerId}`,
      type: 'OwnerRegistered',
      schemaVersion: 1,
      data: { ownerId, name: 'Hotel' },
    },
    {
      ...{ stream: `owner-${ownerId}`, type: 'ApiKeyIssued', schemaVersion: 1 },
      data: { ownerId, keyId: 'k1', label: 'first', secretSha256: SHA },
    },
    {
      ...{ stream: recording, type: 'AudioUploaded', schemaVersion: 1 },
      data: {
        ...{
          recordingId,
          owner: ownerId,
          claimId: randomUUID(),
          fileName: 'old.mp3',
          sizeBytes: 5,
          sha256: SHA,
        },
        objectKey: `recordings/${recordingId}/original`,
        audio: { durationSeconds: 20, container: 'mp3', codec: 'mp3', sampleRate: 16_000, channels: 1 },
        ...{ scenario: 'interview', language: 'en', details: {}, reports: [] },
      },
    },
    {
      ...{ stream: recording, type: 'AudioSplit', schemaVersion: 1 },
      data: {
        ...{
          recordingId,
          durationSeconds: 20,
          chunks: [chunk(0), chunk(1)],
          engine: 'ffmpeg',
          promptContext: '',
        },
      },
    },
    { stream: recording, type: 'ChunkTranscribed', schemaVersion: 1, data: heard(0, 0) },
    {
      ...{ stream: recording, type: 'ChunkTranscriptionFailed', schemaVersion: 1 },
      data: { recordingId, round: 0, chunkIndex: 1, start: 10, end: 20, failure },
    },
    {
      ...{ stream: recording, type: 'RecordingRetryRequested', schemaVersion: 1 },
      data: { recordingId, round: 1, chunks: [1], stages: [], transcriptVersion: null },
    },
    {
      ...{ stream: recording, type: 'ChunkTranscribed', schemaVersion: 2 },
      data: {
        ...heard(1, 1),
        gaps: [{ start: 9, end: 10, code: 'text_on_silence' }],
        discardedCalls: [],
      },
    },
    {
      ...{ stream: recording, type: 'AllChunksTranscribed', schemaVersion: 1 },
      data: { recordingId, transcriptVersion: 1, transcribed: 2, failed: 0 },
    },
    {
      ...{ stream: recording, type: 'TranscriptAssembled', schemaVersion: 1 },
      data: {
        ...{ recordingId, transcriptVersion: 1, language: 'en', gaps: [], wordCount: 4 },
        lines: [{ start: 0, end: 9, text: 'the breakfast was late', speaker: null }],
      },
    },
    {
      ...{ stream: recording, type: 'PassagesEmbedded', schemaVersion: 1 },
      data: {
        ...{ recordingId, owner: ownerId, language: 'en', passageIds: [], passages: [] },
        source: { kind: 'transcript', transcriptVersion: 1 },
        embedder: { provider: 'hashing', model: '1', dimension: 4 },
      },
    },
    {
      ...{ stream: recording, type: 'DetailsProvided', schemaVersion: 1 },
      data: { recordingId, details: { place: 'Adlon', city: 'Berlin', room: '12' }, detailsVersion: 1 },
    },
    ...splitBeforeTimelines(ownerId),
    linkBeforeChannels(ownerId),
  ];
  return { ownerId, recordingId, events };
}

/** A recording of its own: one can be split only once. */
function splitBeforeTimelines(owner: string): FormerEvent[] {
  const recordingId = randomUUID();
  const stream = `recording-${recordingId}`;
  const objectKey = `recordings/${recordingId}/original`;
  const chunk = { index: 0, start: 0, end: 20, overlapSeconds: 0, sizeBytes: 1, sha256: SHA, silences: [] };
  return [
    {
      ...{ stream, type: 'AudioUploaded', schemaVersion: 1 },
      data: {
        ...{
          recordingId,
          owner,
          claimId: randomUUID(),
          fileName: 'later.mp3',
          sizeBytes: 5,
          sha256: SHA,
          objectKey,
        },
        audio: { durationSeconds: 20, container: 'mp3', codec: 'mp3', sampleRate: 16_000, channels: 1 },
        ...{ scenario: 'note', language: 'en', details: {}, reports: [] },
      },
    },
    {
      ...{ stream, type: 'AudioSplit', schemaVersion: 2 },
      data: {
        ...{ recordingId, durationSeconds: 20, engine: 'ffmpeg', promptContext: '', firstChunks: [0] },
        chunks: [{ ...chunk, objectKey: `${objectKey}-0` }],
      },
    },
    {
      ...{ stream, type: 'NoSpeechFound', schemaVersion: 1 },
      data: {
        ...{ recordingId, transcriptVersion: 1 },
        gaps: [{ chunkIndex: 0, start: 1, end: 4, code: 'text_on_silence' }],
      },
    },
  ];
}

function linkBeforeChannels(owner: string): FormerEvent {
  const linkId = randomUUID();
  return {
    ...{ stream: `uploadlink-${linkId}`, type: 'UploadLinkIssued', schemaVersion: 1 },
    data: {
      ...{ linkId, owner, memberId: founderIdOf(owner), secretSha256: SHA },
      ...{ expiresAt: '2025-01-02T00:00:00.000Z', scenario: null, language: null, reports: [] },
      origin: { kind: 'rest' },
    },
  };
}

/** What today's build reads of it. */
export function founderOf(ownerId: string): string {
  return founderIdOf(ownerId);
}

/** Every version of every type that is no longer written: `OwnerRegistered 1`. */
export function formerVersions(): string[] {
  return [...DOMAIN_EVENTS.values()].flatMap(({ type, version }) =>
    Array.from({ length: version - 1 }, (_, index) => `${type} ${index + 1}`),
  );
}

/** Appends events as they were written then: chained and hashed by the rule that has not changed. */
export async function appendFormer(store: EventStore, events: readonly FormerEvent[]): Promise<void> {
  const ends = new Map<string, ChainEnd>();
  for (const { stream, type, schemaVersion, data } of events) {
    const end = ends.get(stream) ?? CHAIN_START;
    const id = randomUUID();
    const revision = end.revision + 1;
    const metadata: JsonObject = {
      ...{ $correlationId: 'then', $causationId: 'then', commandId: id, schemaVersion },
      actor: { kind: 'system', id: 'then', owner: null },
      ...{ recordedAt: '2025-01-01T00:00:00.000Z', previousHash: end.hash },
    };
    const hash = createHash('sha256')
      .update(canonicalJson({ stream, revision, id, type, data, metadata }))
      .digest('hex');
    const event = { id, type, data, metadata: { ...metadata, hash } };
    await store.append(stream, [event], end.revision < 0 ? 'no_stream' : end.revision);
    ends.set(stream, { revision, hash });
  }
}
