import { createTestLog, TestLog } from '@test/postgres/test-log';
import { deriveId, DOMAIN_EVENTS, DomainEvent, embedderName, RecordedEmbedder } from '@voxpersona/domain';
import { EventCodec, PostgresKeyRing } from '@voxpersona/event-store';
import { migrate } from '@voxpersona/platform';
import { VECTOR_STORE_MIGRATIONS, VectorStore } from '@voxpersona/vector-store';
import { randomBytes, randomUUID } from 'node:crypto';

/** A log with recordings whose passages are embedded, and the vectors beside it: what an index is built from. */
export interface EmbeddedLog {
  log: TestLog;
  codec: EventCodec<DomainEvent>;
  vectors: VectorStore;
  owner: string;
  /** Stores vectors and appends the event that says so. @returns ids of the passages, in order */
  embed(
    recordingId: string,
    vectors: readonly Float32Array[],
    embedder?: RecordedEmbedder,
  ): Promise<string[]>;
  /** Appends an event to a stream of its own. */
  append(event: DomainEvent): Promise<void>;
  erase(recordingId: string): Promise<void>;
}

export async function createEmbeddedLog(embedder: RecordedEmbedder): Promise<EmbeddedLog> {
  const log = await createTestLog();
  await migrate(log.pool, VECTOR_STORE_MIGRATIONS);
  const keys = new PostgresKeyRing(log.pool, randomBytes(32));
  const codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, n) => deriveId('event', id, n));
  const vectors = new VectorStore(log.pool, keys);
  const owner = randomUUID();
  const append = async (event: DomainEvent): Promise<void> => {
    const stream = `recording-${randomUUID()}`;
    const actor = { kind: 'system' as const, id: 'test', owner: null };
    const context = { commandId: randomUUID(), correlationId: 'c', causationId: 'c', actor };
    const start = { revision: -1, hash: null };
    const { events } = await codec.encode(stream, start, [event], context, new Date().toISOString());
    await log.store.append(stream, events, 'no_stream');
  };
  return {
    log,
    codec,
    vectors,
    owner,
    append,
    embed: async (recordingId, made, by = embedder) => {
      const passageIds = made.map(() => randomUUID());
      const stored = passageIds.map((passageId, n) => ({ passageId, vector: made[n]! }));
      await vectors.put(recordingId, embedderName(by), stored);
      await append({
        type: 'PassagesEmbedded',
        data: {
          ...{ recordingId, owner, language: 'en', embedder: by, passageIds, passages: [] },
          source: { kind: 'transcript', transcriptVersion: 1 },
          embedding: 1,
        },
      });
      return passageIds;
    },
    erase: async (recordingId) => {
      await append({
        type: 'RecordingErased',
        data: { recordingId, owner, claimId: randomUUID(), reportIds: [] },
      });
      await keys.destroy(recordingId);
      await vectors.deleteRecording(recordingId);
    },
  };
}
