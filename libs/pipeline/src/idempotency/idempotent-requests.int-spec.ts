import { createTestLog, TestLog } from '@test/postgres/test-log';
import { randomBytes, randomUUID } from 'node:crypto';
import { Claim, IDEMPOTENCY_MIGRATIONS, IdempotentRequests } from './idempotent-requests';
import { migrate } from '@voxpersona/platform';

describe('Idempotent requests', () => {
  let log: TestLog;
  let requests: IdempotentRequests;
  const answer = { status: 201, headers: { location: '/x' }, body: { apiKey: 'vox_secret' } };

  beforeAll(async () => {
    log = await createTestLog();
    await migrate(log.pool, IDEMPOTENCY_MIGRATIONS);
    requests = new IdempotentRequests(log.pool, randomBytes(32));
  });
  afterAll(() => log.close());

  async function first(key: string, scope = 'me'): Promise<Claim> {
    const begun = await requests.begin(scope, key);
    if (begun.kind !== 'first') throw new Error(begun.kind);
    return begun.claim;
  }

  it('give the kept answer again, and only to whom it was given', async () => {
    const key = randomUUID();
    await (await first(key)).finish('print', answer);
    expect(await requests.begin('me', key)).toEqual({ kind: 'answered', fingerprint: 'print', answer });
    await (await first(key, 'you')).release();
  });

  it('are one when many come at once', async () => {
    const key = randomUUID();
    const begun = await Promise.all(Array.from({ length: 20 }, () => requests.begin('me', key)));
    expect(begun.filter(({ kind }) => kind === 'first')).toHaveLength(1);
    expect(begun.filter(({ kind }) => kind === 'under_way')).toHaveLength(19);
    for (const one of begun) if (one.kind === 'first') await one.claim.release();
  });

  it('begin anew when they came to nothing, or died', async () => {
    const key = randomUUID();
    await (await first(key)).release();
    const dead = await first(key);
    await log.pool.query("UPDATE idempotent_requests SET running_until = now() - interval '1 second'");
    await (await first(key)).finish('print', answer);
    // What is answered is not taken back by whoever comes late.
    await dead.release();
    expect((await requests.begin('me', key)).kind).toBe('answered');
  });

  it('are forgotten after a day', async () => {
    const key = randomUUID();
    await (await first(key)).finish('print', answer);
    await log.pool.query("UPDATE idempotent_requests SET created_at = now() - interval '25 hours'");
    await (await first(key)).release();
  });

  it('keep no answer in the clear', async () => {
    await (await first(randomUUID())).finish('print', answer);
    const { rows } = await log.pool.query<{ answer: Buffer }>(
      'SELECT answer FROM idempotent_requests WHERE answer IS NOT NULL',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.answer.toString('latin1')).not.toContain('vox_secret');
  });
});
