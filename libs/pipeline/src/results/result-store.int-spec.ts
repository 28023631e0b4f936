import { createTestLog, TestLog } from '@test/postgres/test-log';
import { PostgresKeyRing, RecordingKeyDestroyed } from '@voxpersona/event-store';
import { migrate } from '@voxpersona/platform';
import { randomBytes, randomUUID } from 'node:crypto';
import { RESULT_STORE_MIGRATIONS, ResultStore } from './result-store';

describe('The result store', () => {
  let log: TestLog;
  let keys: PostgresKeyRing;
  let results: ResultStore;

  beforeAll(async () => {
    log = await createTestLog();
    await migrate(log.pool, RESULT_STORE_MIGRATIONS);
    keys = new PostgresKeyRing(log.pool, randomBytes(32));
    results = new ResultStore(log.pool, keys);
  });
  afterAll(() => log.close());

  function counted(): { calls: number; call: () => Promise<{ text: string }> } {
    const counter = {
      calls: 0,
      call: () => {
        counter.calls += 1;
        return Promise.resolve({ text: `paid ${counter.calls}` });
      },
    };
    return counter;
  }

  it('pays once for what depends on the same, also after a restart', async () => {
    const recordingId = randomUUID();
    const paid = counted();
    const first = await results.getOrCall(recordingId, { input: 'a', model: 'm' }, paid.call);
    const restarted = new ResultStore(log.openAgain().pool, keys);
    expect(await restarted.getOrCall(recordingId, { model: 'm', input: 'a' }, paid.call)).toEqual(first);
    expect(paid.calls).toBe(1);
    await results.getOrCall(recordingId, { input: 'b', model: 'm' }, paid.call);
    await results.getOrCall(randomUUID(), { input: 'a', model: 'm' }, paid.call);
    expect(paid.calls).toBe(3);
  });

  it('stores nothing of a call that failed', async () => {
    const recordingId = randomUUID();
    await expect(
      results.getOrCall(recordingId, { n: 1 }, () => Promise.reject(new Error('down'))),
    ).rejects.toThrow('down');
    const paid = counted();
    expect(await results.getOrCall(recordingId, { n: 1 }, paid.call)).toMatchObject({
      value: { text: 'paid 1' },
    });
  });

  it('keeps results sealed', async () => {
    const recordingId = randomUUID();
    await results.getOrCall(recordingId, { n: 1 }, () => Promise.resolve({ text: 'confidential' }));
    const { rows } = await log.pool.query<{ sealed_result: Buffer }>(
      'SELECT sealed_result FROM stored_results WHERE recording_id = $1',
      [recordingId],
    );
    expect(rows[0]?.sealed_result.includes('confidential')).toBe(false);
  });

  it('calls nobody for an erased recording', async () => {
    const recordingId = randomUUID();
    await results.getOrCall(recordingId, { n: 1 }, counted().call);
    await keys.destroy(recordingId);
    expect(await results.deleteRecording(recordingId)).toBe(1);
    const paid = counted();
    await expect(results.getOrCall(recordingId, { n: 1 }, paid.call)).rejects.toBeInstanceOf(
      RecordingKeyDestroyed,
    );
    expect(paid.calls).toBe(0);
  });
});
