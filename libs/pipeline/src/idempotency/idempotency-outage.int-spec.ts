import {
  ANSWER,
  first,
  IdempotencyProcess,
  IdempotencyWorld,
  kindOf,
  until,
} from '@test/idempotency/processes';
import { randomUUID } from 'node:crypto';

describe('Idempotent requests, when the database is away', () => {
  let world: IdempotencyWorld;
  let one: IdempotencyProcess;
  let other: IdempotencyProcess;
  let key: string;

  beforeAll(async () => {
    world = await IdempotencyWorld.create();
    [one, other] = await Promise.all([world.start(), world.start()]);
  });
  beforeEach(() => (key = randomUUID()));
  afterAll(() => world.close());

  const answered = { kind: 'answered', fingerprint: 'print', answer: ANSWER };

  it('are free at once in their process after a failure', async () => {
    const claim = await first(one, key);
    const accept = one.gate.refuse(/DELETE FROM idempotent_requests/);
    await claim.release();
    expect(await kindOf(other, key)).toBe('under_way');
    const next = await first(one, key);
    accept();
    await next.release();
    expect(await kindOf(other, key)).toBe('first');
  });

  it('are free soon in other processes after a failure, and not before', async () => {
    const keys = Array.from({ length: 10 }, () => randomUUID());
    const claims = await Promise.all(keys.map((each) => first(one, each)));
    const running = await first(one, key);
    await one.cutOff();
    await Promise.all(claims.map((claim) => claim.release()));
    await one.reconnect();
    await until(async () => (await Promise.all(keys.map((each) => kindOf(other, each)))).every(isFirst));
    expect([await kindOf(one, key), await kindOf(other, key)]).toEqual(['under_way', 'under_way']);
    await running.finish('print', ANSWER);
    expect(await other.requests.begin('me', key)).toEqual(answered);
  });

  it('are renewed for older builds as soon as it is back', async () => {
    const claim = await first(one, key);
    const isRenewed = async (): Promise<boolean> => {
      const { rows } = await world.pool.query('SELECT FROM idempotent_requests WHERE running_until > now()');
      return rows.length > 0;
    };
    await one.cutStatements();
    await expect(one.requests.begin('me', key)).rejects.toThrow();
    await world.pool.query("UPDATE idempotent_requests SET running_until = now() - interval '1 s'");
    expect(await isRenewed()).toBe(false);
    await one.gate.open();
    await until(isRenewed);
    await claim.release();
  });

  it('are free when a claim was made and its answer was lost', async () => {
    one.gate.loseAnswerTo(/INSERT INTO idempotent_requests/);
    await expect(one.requests.begin('me', key)).rejects.toThrow();
    const claim = await first(one, key);
    expect(await kindOf(other, key)).toBe('under_way');
    await claim.finish('print', ANSWER);
    expect(await other.requests.begin('me', key)).toEqual(answered);
    const unused = randomUUID();
    one.gate.loseAnswerTo(/INSERT INTO idempotent_requests/);
    await expect(one.requests.begin('me', unused)).rejects.toThrow();
    await until(async () => isFirst(await kindOf(other, unused)));
  });

  it('are free when they were given up and the answer to that was lost', async () => {
    const claim = await first(one, key);
    one.gate.loseAnswerTo(/DELETE FROM idempotent_requests AS held WHERE id/);
    await claim.release();
    expect(await kindOf(other, key)).toBe('first');
  });

  it('have their answer, from memory first and stored later', async () => {
    const claim = await first(one, key);
    const accept = one.gate.refuse(/SET running_until = NULL/);
    await claim.finish('print', ANSWER);
    expect(await one.requests.begin('me', key)).toEqual(answered);
    expect(await kindOf(other, key)).toBe('under_way');
    accept();
    const seen = new Set<string>();
    await until(async () => {
      const kind = await kindOf(other, key);
      seen.add(kind);
      return kind === 'answered';
    });
    expect(seen).not.toContain('first');
    expect(await other.requests.begin('me', key)).toEqual(answered);
  });

  it('have one answer when it was stored and nobody heard of that', async () => {
    const claim = await first(one, key);
    one.gate.loseAnswerTo(/UPDATE idempotent_requests AS held SET running_until = NULL/);
    await claim.finish('print', ANSWER);
    expect(await one.requests.begin('me', key)).toEqual(answered);
    expect(await other.requests.begin('me', key)).toEqual(answered);
  });

  it('never get the answer of an older claim that could not be stored in time', async () => {
    const claim = await first(one, key);
    const failedKey = randomUUID();
    const failed = await first(one, failedKey);
    await one.cutOff();
    await failed.release();
    await claim.finish('print', { ...ANSWER, body: 'of the older claim' });
    const newer = await first(other, key);
    await one.reconnect();
    await until(async () => isFirst(await kindOf(other, failedKey)));
    // So the answer was sent to the database too: answers come first.
    expect(await kindOf(one, key)).toBe('under_way');
    await newer.finish('print', ANSWER);
    for (const process of [one, other]) expect(await process.requests.begin('me', key)).toEqual(answered);
  });

  it('are free again when their answer could not be stored for too long', async () => {
    const impatient = await world.start(0);
    const claim = await first(impatient, key);
    await impatient.cutOff();
    await claim.finish('print', ANSWER);
    await impatient.reconnect();
    await until(async () => isFirst(await kindOf(other, key)));
  });

  it('are free for others once their process has ended while the database was away', async () => {
    const dying = await world.start();
    await first(dying, key);
    await dying.cutOff();
    await dying.die();
    expect(await kindOf(other, key)).toBe('first');
  });

  function isFirst(kind: string): boolean {
    return kind === 'first';
  }
});
