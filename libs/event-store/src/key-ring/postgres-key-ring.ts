import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { openBlock, sealBlock } from '../codec/sealing';
import { KeyRing, RecordingKeyDestroyed } from './key-ring';

export const KEY_RING_MIGRATIONS = [
  {
    name: '0002-recording-keys',
    sql: `
      CREATE TABLE recording_keys (
        recording_id uuid PRIMARY KEY,
        -- Sealed under the master key, which is not in this database. NULL: destroyed, for good.
        wrapped_key bytea
      );`,
  },
] as const;

/**
 * A condition for statements that insert what is sealed under a recording's key: true while the key exists, and holds
 * it until the end of the statement's transaction. Nothing can so be added behind the back of an erasure, which
 * destroys the key first and deletes afterwards.
 *
 * @param parameter the statement's parameter that holds the recording's id, for example `$1`
 */
export function whileKeyExists(parameter: string): string {
  return `EXISTS (
    SELECT FROM recording_keys WHERE recording_id = ${parameter} AND wrapped_key IS NOT NULL FOR SHARE)`;
}

/** How long a key stays in memory; bounds how long another process can still read an erased recording. */
const CACHE_MILLISECONDS = 30_000;
const CACHE_ENTRIES = 2_000;

/** The master key does not fit the keys in the database. */
export class WrongMasterKey extends Error {
  constructor(cause: unknown) {
    super('The master key is not the one that the recordings were sealed under', { cause });
    this.name = 'WrongMasterKey';
  }
}

/** Keys in PostgreSQL, each wrapped (AES-256-GCM) by a master key that is kept elsewhere. */
export class PostgresKeyRing implements KeyRing {
  private readonly cache = new Map<string, { key: Buffer; until: number }>();

  /** @param masterKey 32 bytes */
  constructor(
    private readonly pool: Pool,
    private readonly masterKey: Buffer,
  ) {
    if (masterKey.length !== 32) throw new RangeError('A master key has 32 bytes');
  }

  async keyForSealing(recordingId: string): Promise<Buffer> {
    const existing = await this.lookUp(recordingId);
    if (existing === 'destroyed') throw new RecordingKeyDestroyed(recordingId);
    if (existing) return existing;
    const wrapped = sealBlock(this.masterKey, randomBytes(32), place(recordingId));
    await this.pool.query(
      'INSERT INTO recording_keys (recording_id, wrapped_key) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [recordingId, wrapped],
    );
    // Read back: another process may have been first, and then its key counts.
    return this.keyForSealing(recordingId);
  }

  async keyForOpening(recordingId: string): Promise<Buffer | null> {
    const key = await this.lookUp(recordingId);
    return key === 'destroyed' || key === undefined ? null : key;
  }

  async destroy(recordingId: string): Promise<void> {
    this.cache.delete(recordingId);
    await this.pool.query(
      `INSERT INTO recording_keys (recording_id, wrapped_key) VALUES ($1, NULL)
       ON CONFLICT (recording_id) DO UPDATE SET wrapped_key = NULL`,
      [recordingId],
    );
    this.cache.delete(recordingId);
  }

  /** Whether the master key opens what is here; true where nothing is. Looks at one key, all are sealed alike. */
  async opensKeys(): Promise<boolean> {
    const { rows } = await this.pool.query<{ recording_id: string; wrapped_key: Buffer }>(
      'SELECT recording_id, wrapped_key FROM recording_keys WHERE wrapped_key IS NOT NULL LIMIT 1',
    );
    const [row] = rows;
    if (!row) return true;
    try {
      this.unwrap(row.wrapped_key, row.recording_id);
      return true;
    } catch (error) {
      if (error instanceof WrongMasterKey) return false;
      throw error;
    }
  }

  private async lookUp(recordingId: string): Promise<Buffer | 'destroyed' | undefined> {
    const cached = this.cache.get(recordingId);
    if (cached && cached.until > Date.now()) return cached.key;
    this.cache.delete(recordingId);
    const { rows } = await this.pool.query<{ wrapped_key: Buffer | null }>(
      'SELECT wrapped_key FROM recording_keys WHERE recording_id = $1',
      [recordingId],
    );
    const row = rows[0];
    if (!row) return undefined;
    if (!row.wrapped_key) return 'destroyed';
    const key = this.unwrap(row.wrapped_key, recordingId);
    this.remember(recordingId, key);
    return key;
  }

  private unwrap(wrapped: Buffer, recordingId: string): Buffer {
    try {
      return openBlock(this.masterKey, wrapped, place(recordingId));
    } catch (error) {
      throw new WrongMasterKey(error);
    }
  }

  private remember(recordingId: string, key: Buffer): void {
    const oldest = this.cache.keys().next();
    if (this.cache.size >= CACHE_ENTRIES && !oldest.done) this.cache.delete(oldest.value);
    this.cache.set(recordingId, { key, until: Date.now() + CACHE_MILLISECONDS });
  }
}

function place(recordingId: string): string[] {
  return ['recording-key', recordingId];
}
