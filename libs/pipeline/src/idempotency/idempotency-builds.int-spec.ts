import { ANSWER, first, IdempotencyProcess, IdempotencyWorld, kindOf } from '@test/idempotency/processes';
import { randomUUID } from 'node:crypto';

/** The statements of the build before claims had holders, which run beside ours during a rolling deploy. */
const OLD_CLAIM = `INSERT INTO idempotent_requests (id, running_until) VALUES ($1, now() + make_interval(secs => 60))
  ON CONFLICT (id) DO UPDATE SET running_until = excluded.running_until, created_at = now(), fingerprint = NULL,
    answer = NULL
  WHERE idempotent_requests.running_until < now()
    OR idempotent_requests.created_at < now() - make_interval(hours => 24)`;
const OLD_FINISH =
  'UPDATE idempotent_requests SET running_until = NULL, fingerprint = $2, answer = $3 WHERE id = $1';
const OLD_RELEASE = 'DELETE FROM idempotent_requests WHERE id = $1 AND answer IS NULL';
const MINUTE_PASSES = "UPDATE idempotent_requests SET running_until = running_until - interval '61 s'";

describe('Idempotent requests during a rolling deploy', () => {
  let world: IdempotencyWorld;
  let one: IdempotencyProcess;
  let key: string;

  beforeAll(async () => {
    world = await IdempotencyWorld.create();
    one = await world.start();
  });
  beforeEach(async () => {
    key = randomUUID();
    await world.pool.query('TRUNCATE idempotent_requests');
  });
  afterAll(() => world.close());

  /** Id of the only row, also after it was released. */
  async function idOf(): Promise<string> {
    const claim = await first(one, key);
    const { rows } = await world.pool.query<{ id: string }>('SELECT id FROM idempotent_requests');
    await claim.release();
    return rows[0]!.id;
  }
  async function oldClaim(id: string): Promise<boolean> {
    return (await world.pool.query(OLD_CLAIM, [id])).rowCount === 1;
  }
  /** An answer as any build writes it. */
  async function encrypted(): Promise<Buffer> {
    await (await first(one, key)).finish('print', ANSWER);
    const { rows } = await world.pool.query<{ answer: Buffer }>('SELECT answer FROM idempotent_requests');
    await world.pool.query('TRUNCATE idempotent_requests');
    return rows[0]!.answer;
  }

  it('belong to an older build until it no longer renews its claim', async () => {
    const id = await idOf();
    expect(await oldClaim(id)).toBe(true);
    expect(await kindOf(one, key)).toBe('under_way');
    await world.pool.query(MINUTE_PASSES);
    const claim = await first(one, key);
    expect(await oldClaim(id)).toBe(false);
    await claim.finish('print', ANSWER);
    expect(await oldClaim(id)).toBe(false);
    expect(await kindOf(one, key)).toBe('answered');
  });

  it('are answered, or free, as the older build leaves them', async () => {
    const answer = await encrypted();
    const id = await idOf();
    await oldClaim(id);
    await world.pool.query(OLD_FINISH, [id, 'print', answer]);
    expect(await one.requests.begin('me', key)).toEqual({
      kind: 'answered',
      fingerprint: 'print',
      answer: ANSWER,
    });
    await world.pool.query('TRUNCATE idempotent_requests');
    await oldClaim(id);
    await world.pool.query(OLD_RELEASE, [id]);
    expect(await kindOf(one, key)).toBe('first');
  });

  it('are under way for an older build, and free when released', async () => {
    const id = await idOf();
    const claim = await first(one, key);
    expect(await oldClaim(id)).toBe(false);
    await claim.release();
    expect(await oldClaim(id)).toBe(true);
  });

  it('belong to the older build that took them over from a process that had ended', async () => {
    const id = await idOf();
    const dying = await world.start();
    const claim = await first(dying, key);
    await dying.die();
    expect(await oldClaim(id)).toBe(false);
    await world.pool.query(MINUTE_PASSES);
    expect(await oldClaim(id)).toBe(true);
    expect(await kindOf(one, key)).toBe('under_way');
    // The row still names the holder before.
    await claim.finish('print', ANSWER);
    await claim.release();
    expect(await kindOf(one, key)).toBe('under_way');
  });
});
