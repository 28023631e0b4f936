import { sentenceLikeVectors } from '../vectors/random-vectors';
import {
  CallRecord,
  deriveId,
  DomainEvent,
  embedderName,
  PassageSource,
  RecordedEmbedder,
} from '@voxpersona/domain';
import { CHAIN_START, ChainEnd, EventCodec, EventStore } from '@voxpersona/event-store';
import { VectorStore } from '@voxpersona/vector-store';
import { createHash, randomUUID } from 'node:crypto';

export interface HistoryOptions {
  /** Workspace; default: a new one. */
  owner?: string;
  /** Recordings that grow side by side. */
  width?: number;
  /** Stores a vector for every passage. */
  vectors?: { store: VectorStore; embedder: RecordedEmbedder };
}

const EMBEDDER: RecordedEmbedder = { provider: 'test', model: 'none', dimension: 8 };
const CHUNKS = 10;
const PASSAGES = 2;
const WORDS = 'the guest said that breakfast was late and the room next to the lift was loud at night'.split(
  ' ',
);

/**
 * Writes the histories of many recordings, as the application does: chained, hashed and sealed, grown side by side over
 * streams of their own, with failures, retries, reports, details and here and there an erasure, which the caller's key ring
 * does not see.
 *
 * @returns ids of the recordings; those that were erased among them
 */
export async function appendHistories(
  store: EventStore,
  codec: EventCodec<DomainEvent>,
  atLeast: number,
  options: HistoryOptions = {},
): Promise<{ events: number; recordings: string[]; owner: string }> {
  const owner = options.owner ?? randomUUID();
  const recordings: string[] = [];
  let events = 0;
  const write = async (): Promise<void> => {
    while (events < atLeast) {
      const history = historyOf(owner, recordings.length, options.vectors?.embedder ?? EMBEDDER);
      recordings.push(history.recordingId);
      events += history.steps.reduce((sum, { batch }) => sum + batch.length, 0);
      const ends = new Map<string, ChainEnd>();
      let causationId: string = randomUUID();
      for (const { stream, batch } of history.steps) {
        for (const event of batch) await storeVectors(event, options);
        const end = ends.get(stream) ?? CHAIN_START;
        const actor = { kind: 'saga' as const, id: 'recording-saga', owner };
        const context = {
          ...{ commandId: randomUUID(), correlationId: history.correlationId, causationId, actor },
        };
        const encoded = await codec.encode(stream, end, batch, context, new Date().toISOString());
        await store.append(stream, encoded.events, end.revision < 0 ? 'no_stream' : end.revision);
        ends.set(stream, encoded.end);
        causationId = encoded.events.at(-1)?.id ?? causationId;
      }
    }
  };
  await Promise.all(Array.from({ length: options.width ?? 20 }, write));
  return { events, recordings, owner };
}

const MADE = new Map<number, () => Float32Array>();

/** Of all histories together: they talk of the same topics, and to make these up takes longer than a history. */
function vectorsOf(dimension: number): () => Float32Array {
  const next = MADE.get(dimension) ?? sentenceLikeVectors(dimension, 1);
  MADE.set(dimension, next);
  return next;
}

async function storeVectors(event: DomainEvent, { vectors }: HistoryOptions): Promise<void> {
  if (event.type !== 'PassagesEmbedded' || !vectors) return;
  const { store, embedder } = vectors;
  const { recordingId, passageIds } = event.data;
  const next = vectorsOf(embedder.dimension);
  const made = passageIds.map((passageId) => ({ passageId, vector: next() }));
  await store.put(recordingId, embedderName(embedder), made);
}

interface Step {
  stream: string;
  batch: DomainEvent[];
}

function historyOf(
  owner: string,
  number: number,
  embedder: RecordedEmbedder,
): { recordingId: string; correlationId: string; steps: Step[] } {
  const recordingId = randomUUID();
  const reportId = randomUUID();
  const claimId = deriveId('claim', recordingId);
  const recording = `recording-${recordingId}`;
  const report = `report-${reportId}`;
  const steps: Step[] = [];
  const on = (stream: string, ...batch: DomainEvent[]): void => void steps.push({ stream, batch });
  const language = number % 3 === 0 ? 'ru' : 'en';
  const details = { city: `city ${number % 17}`, employee: `employee ${number % 5}` };
  const ids = { reportId, recordingId };
  const sourceOf = (kind: 'transcript' | 'report'): PassageSource =>
    kind === 'report' ? { kind, reportId } : { kind, transcriptVersion: 1 };
  const embedded = (kind: 'transcript' | 'report'): DomainEvent => {
    const passages = Array.from({ length: PASSAGES }, (_, ordinal) => ({
      ...{
        id: randomUUID(),
        ordinal,
        start: ordinal,
        end: ordinal + 1,
        text: textOf(number + ordinal),
        lines: [],
      },
    }));
    return {
      type: 'PassagesEmbedded',
      data: {
        ...{ recordingId, owner, language, embedder, passages, passageIds: passages.map(({ id }) => id) },
        source: sourceOf(kind),
        embedding: 1,
      },
    };
  };
  const indexed = (kind: 'transcript' | 'report'): DomainEvent => ({
    type: 'Indexed',
    data: { recordingId, embedder, source: sourceOf(kind), embedding: 1 },
  });
  on(recording, {
    type: 'AudioUploaded',
    data: {
      ...{ recordingId, owner, claimId, fileName: `visit ${number}.mp3`, sizeBytes: 1_000 + number },
      ...{ sha256: hashOf(recordingId), objectKey: `recordings/${recordingId}/original` },
      audio: {
        durationSeconds: CHUNKS * 10,
        container: 'mp3',
        codec: 'mp3',
        sampleRate: 16_000,
        channels: 1,
        endsEarly: null,
        longerThanDeclared: null,
        tracks: [],
      },
      ...{ channels: 'mixed', scenario: 'interview', language, details, reports: ['summary'] },
    },
  });
  const chunks = Array.from({ length: CHUNKS }, (_, index) => ({
    ...{ index, channel: null, start: index * 10, end: index * 10 + 10, overlapSeconds: 0, sizeBytes: 1 },
    ...{
      objectKey: `recordings/${recordingId}/${index}`,
      sha256: hashOf(`${recordingId}${index}`),
      silences: [],
      speech: [{ start: 0, end: 10 }],
    },
  }));
  const firstChunks = chunks.map(({ index }) => index);
  on(recording, {
    type: 'AudioSplit',
    data: {
      recordingId,
      durationSeconds: CHUNKS * 10,
      chunks,
      mixedBecause: null,
      firstChunks,
      engine: 'ffmpeg',
      promptContext: '',
      gaps: [],
      timeline: null,
    },
  });
  for (const chunkIndex of firstChunks) {
    if (number % 7 === 0 && chunkIndex === 3) {
      const failure = { code: 'unavailable', provider: 'openai', requestId: null, attempts: 5 };
      const times = { start: 30, end: 40, failure };
      on(recording, {
        type: 'ChunkTranscriptionFailed',
        data: { recordingId, round: 0, chunkIndex, ...times },
      });
      continue;
    }
    on(recording, {
      type: 'ChunkTranscribed',
      data: {
        ...{ recordingId, round: 0, chunkIndex, language, gaps: [], removed: [], discardedCalls: [] },
        segments: [{ start: 0, end: 9, text: textOf(number * CHUNKS + chunkIndex) }],
        call: callOf(`${recordingId}${chunkIndex}`),
      },
    });
  }
  on(recording, ...listeningCopyOf(recordingId, number));
  const failed = number % 7 === 0 ? 1 : 0;
  on(recording, {
    type: 'AllChunksTranscribed',
    data: { recordingId, transcriptVersion: 1, transcribed: CHUNKS - failed, failed },
  });
  const lines = firstChunks.map((index) => ({
    ...{ start: index * 10, end: index * 10 + 9, text: textOf(number * CHUNKS + index), speaker: null },
  }));
  on(
    recording,
    {
      type: 'TranscriptAssembled',
      data: { recordingId, transcriptVersion: 1, language, lines, gaps: [], wordCount: CHUNKS * 8 },
    },
    {
      type: 'ReportCommissioned',
      data: { ...ids, owner, reportType: 'summary', transcriptVersion: 1, language },
    },
  );
  on(report, {
    type: 'ReportRequested',
    data: {
      ...{ ...ids, owner, reportType: 'summary', transcriptVersion: 1, language },
      parts: [{ part: 'overview', promptVersion: '1' }],
    },
  });
  on(recording, embedded('transcript'));
  on(recording, indexed('transcript'));
  if (number % 4 === 0) {
    on(recording, {
      type: 'DetailsProvided',
      data: {
        recordingId,
        scenario: number % 8 === 0 ? 'note' : null,
        details: { ...details, place: `hotel ${number % 7}` },
        detailsVersion: 1,
      },
    });
  }
  on(
    report,
    {
      type: 'ReportPartWritten',
      data: { ...ids, part: 'overview', promptVersion: '1', text: textOf(number), call: callOf(reportId) },
    },
    { type: 'AnalysisCompleted', data: { ...ids } },
  );
  on(report, embedded('report'));
  on(report, indexed('report'));
  if (number % 20 === 19) {
    on(recording, { type: 'RecordingErased', data: { recordingId, owner, claimId, reportIds: [reportId] } });
    on(report, { type: 'ReportErased', data: { ...ids } });
  }
  return { recordingId, correlationId: randomUUID(), steps };
}

/** Asked for and made; here and there it failed. */
function listeningCopyOf(recordingId: string, number: number): DomainEvent[] {
  const of = { recordingId, copyVersion: 1 };
  const part = (name: string) => ({
    objectKey: `recordings/${recordingId}/listening/1/${name}`,
    sizeBytes: 1,
    sha256: hashOf(name),
  });
  const failure = { code: 'unreadable_media', provider: 'ffmpeg', requestId: null, attempts: 5 };
  return [
    { type: 'ListeningCopyRequested', data: { ...of, lostObjectKey: null } },
    number % 11 === 0
      ? { type: 'ListeningCopyFailed', data: { ...of, failure } }
      : {
          type: 'ListeningCopyMade',
          data: {
            ...of,
            audio: part('audio.m4a'),
            peaks: part('peaks.json'),
            durationSeconds: CHUNKS * 10,
            engine: 'ffmpeg',
          },
        },
  ];
}

function textOf(seed: number): string {
  return Array.from({ length: 8 }, (_, place) => WORDS[(seed * 5 + place * 3) % WORDS.length]).join(' ');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function callOf(of: string): CallRecord {
  return {
    model: { provider: 'openai', model: 'whisper-1', parameters: {} },
    resultKey: hashOf(of),
    usage: { audioSeconds: 10, inputTokens: null, outputTokens: null },
    ...{ costUsd: 0.001, durationMs: 5, requestId: null },
  };
}
