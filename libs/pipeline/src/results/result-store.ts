import { createHash } from 'node:crypto';
import {
  canonicalJson,
  JsonObject,
  KeyRing,
  openBlock,
  sealBlock,
  whileKeyExists,
} from '@voxpersona/event-store';
import { throughOutage } from '@voxpersona/platform';
import { Pool } from 'pg';

export const RESULT_STORE_MIGRATIONS = [
  {
    name: '0011-stored-results',
    sql: `
      CREATE TABLE stored_results (
        recording_id uuid NOT NULL,
        -- SHA-256 over everything that the result depends on.
        result_key text NOT NULL,
        sealed_result bytea NOT NULL,
        PRIMARY KEY (recording_id, result_key)
      );`,
  },
] as const;

/** A model's answer as it is kept: with how long the call took, since a call found here is not made again. */
export interface StoredResult<T> {
  key: string;
  value: T;
  durationMs: number;
}

/**
 * Keeps paid results before they are used (invariant 6). Asked first on every run: a call whose answer is here is
 * never made, and so never paid, again. Sealed under the recording's key and gone with it.
 */
export class ResultStore {
  constructor(
    private readonly pool: Pool,
    private readonly keys: KeyRing,
  ) {}

  /**
   * @param dependsOn everything that shapes the result: hash of the input, provider, model, parameters, prompt version
   * @param call makes the paid call; what it gives must survive JSON
   * @throws RecordingKeyDestroyed, and whatever `call` throws
   */
  async getOrCall<T>(
    recordingId: string,
    dependsOn: JsonObject,
    call: () => Promise<T>,
  ): Promise<StoredResult<T>> {
    const key = createHash('sha256').update(canonicalJson(dependsOn)).digest('hex');
    // Before the call: an erased recording costs nothing any more.
    const dataKey = await this.keys.keyForSealing(recordingId);
    const place = ['stored-result', recordingId, key];
    const { rows } = await this.pool.query<{ sealed_result: Buffer }>(
      'SELECT sealed_result FROM stored_results WHERE recording_id = $1 AND result_key = $2',
      [recordingId, key],
    );
    const found = rows[0];
    if (found) {
      const stored = JSON.parse(openBlock(dataKey, found.sealed_result, place).toString('utf8')) as {
        value: T;
        durationMs: number;
      };
      return { key, ...stored };
    }
    const startedAt = performance.now();
    const value = await call();
    const durationMs = Math.round(performance.now() - startedAt);
    const bytes = Buffer.from(JSON.stringify({ value, durationMs }), 'utf8');
    const sealed = sealBlock(dataKey, bytes, place);
    // It is paid for: an outage of the database must not lose it.
    await throughOutage(() =>
      this.pool.query(
        `INSERT INTO stored_results (recording_id, result_key, sealed_result)
         SELECT $1, $2, $3 WHERE ${whileKeyExists('$1')}
         ON CONFLICT DO NOTHING`,
        [recordingId, key, sealed],
      ),
    );
    return { key, value, durationMs };
  }

  /** @returns how many there were */
  async deleteRecording(recordingId: string): Promise<number> {
    const { rowCount } = await this.pool.query('DELETE FROM stored_results WHERE recording_id = $1', [
      recordingId,
    ]);
    return rowCount ?? 0;
  }
}
