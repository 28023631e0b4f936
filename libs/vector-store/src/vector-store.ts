import { KeyRing, openBlock, SealBroken, sealBlock, whileKeyExists } from '@voxpersona/event-store';
import { Pool } from 'pg';

export const VECTOR_STORE_MIGRATIONS = [
  {
    name: '0020-passage-vectors',
    sql: `
      CREATE TABLE passage_vectors (
        passage_id uuid NOT NULL,
        recording_id uuid NOT NULL,
        -- Identity of the embedder; the same passage may have a vector of each.
        embedder text NOT NULL,
        -- Little-endian 32-bit floats, sealed under the recording's key.
        sealed_vector bytea NOT NULL,
        PRIMARY KEY (passage_id, embedder)
      );
      CREATE INDEX passage_vectors_of_recording ON passage_vectors (recording_id);`,
  },
] as const;

export interface StoredVector {
  passageId: string;
  vector: Float32Array;
}

/** What the store holds of the passages that were asked for. */
export interface FoundVectors {
  stored: StoredVector[];
  /** Ids of the passages without a vector that can be read. Empty for an erased recording: it is to have none. */
  missing: string[];
}

/**
 * The vectors of all passages. Embedding costs time or money, so a vector is made once, kept here, and only read when
 * an index is built. Sealed under the recording's key: a vector says much about the words it stands for.
 */
export class VectorStore {
  constructor(
    private readonly pool: Pool,
    private readonly keys: KeyRing,
  ) {}

  /**
   * Stores vectors. One that is there already is replaced: it may be unreadable.
   *
   * @throws RecordingKeyDestroyed
   */
  async put(recordingId: string, embedder: string, vectors: readonly StoredVector[]): Promise<void> {
    if (vectors.length === 0) return;
    const key = await this.keys.keyForSealing(recordingId);
    const sealed = vectors.map(({ passageId, vector }) =>
      sealBlock(key, toBytes(vector), place(passageId, embedder)),
    );
    await this.pool.query(
      `INSERT INTO passage_vectors (passage_id, recording_id, embedder, sealed_vector)
       SELECT passage_id, $2, $3, sealed FROM unnest($1::uuid[], $4::bytea[]) AS given(passage_id, sealed)
       WHERE ${whileKeyExists('$2')}
       ON CONFLICT (passage_id, embedder) DO UPDATE SET sealed_vector = excluded.sealed_vector`,
      [vectors.map(({ passageId }) => passageId), recordingId, embedder, sealed],
    );
  }

  /** The vectors of a recording's passages that are there; none once it is erased. */
  async read(recordingId: string, embedder: string, passageIds: readonly string[]): Promise<StoredVector[]> {
    return (await this.find(recordingId, embedder, passageIds)).stored;
  }

  /** The same, and which passages lack a vector though their recording is there. */
  async find(recordingId: string, embedder: string, passageIds: readonly string[]): Promise<FoundVectors> {
    const key = await this.keys.keyForOpening(recordingId);
    if (!key) return { stored: [], missing: [] };
    const { rows } = await this.pool.query<{ passage_id: string; sealed_vector: Buffer }>(
      `SELECT passage_id, sealed_vector FROM passage_vectors
       WHERE recording_id = $1 AND embedder = $2 AND passage_id = ANY ($3)`,
      [recordingId, embedder, passageIds],
    );
    const stored = rows.flatMap(({ passage_id: passageId, sealed_vector: sealed }) => {
      const bytes = opened(key, sealed, place(passageId, embedder));
      return bytes ? [{ passageId, vector: toVector(bytes) }] : [];
    });
    const found = new Set(stored.map(({ passageId }) => passageId));
    const missing = passageIds.filter((passageId) => !found.has(passageId));
    if (missing.length > 0 && !(await this.hasKey(recordingId))) return { stored: [], missing: [] };
    return { stored, missing };
  }

  /** Asked of the database: a key ring may remember a key for a while after another process has destroyed it. */
  private async hasKey(recordingId: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(`SELECT WHERE ${whileKeyExists('$1')}`, [recordingId]);
    return rowCount === 1;
  }

  /** @returns how many there were */
  async deleteRecording(recordingId: string): Promise<number> {
    const { rowCount } = await this.pool.query('DELETE FROM passage_vectors WHERE recording_id = $1', [
      recordingId,
    ]);
    return rowCount ?? 0;
  }
}

function place(passageId: string, embedder: string): string[] {
  return ['passage-vector', passageId, embedder];
}

/** One that was changed in the database is as good as missing. */
function opened(key: Buffer, sealed: Buffer, at: string[]): Buffer | undefined {
  try {
    return openBlock(key, sealed, at);
  } catch (error) {
    if (error instanceof SealBroken) return undefined;
    throw error;
  }
}

function toBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes;
}

function toVector(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}
