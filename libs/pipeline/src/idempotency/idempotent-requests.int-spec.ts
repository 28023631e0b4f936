import { ANSWER, first, IdempotencyProcess, IdempotencyWorld, kindOf } from '@test/idempotency/processes';
import { randomUUID } from 'node:crypto';

describe('Idempotent requests', () => {
  let world: IdempotencyWorld;
  let one: IdempotencyProcess;
  let other: IdempotencyProcess;
  let key: string;
  const another = { ...ANSWER, body: 'another' };

  beforeAll(async () => {
    world = await IdempotencyWorld.create();
    [one, other] = await Promise.all([world.start(), world.start()]);
  });
  beforeEach(() => (key = randomUUID()));
  afterAll(() => world.close());

  it('give the kept answer again, and only to the caller it was given to', async () => {
    await (await first(one, key)).finish('print', ANSWER);
    for (const process of [one, other]) {
      expect(await process.requests.begin('me', key)).toEqual({
        kind: 'answered',
        fingerprint: 'print',
        answer: ANSWER,
      });
    }
    await (await first(one, key, 'you')).release();
  });

  it('are one when many come at once, in one process and in several', async () => {
    const third = await world.start();
    const begun = await Promise.all(
      [one, other, third].flatMap(({ requests }) =>
        Array.from({ length: 15 }, () => requests.begin('me', key)),
      ),
    );
    expect(begun.filter(({ kind }) => kind === 'first')).toHaveLength(1);
    expect(begun.filter(({ kind }) => kind === 'under_way')).toHaveLength(44);
    for (const { kind } of await Promise.all(
      [one, other, third].map(({ requests }) => requests.begin('me', key)),
    )) {
      expect(kind).toBe('under_way');
    }
    for (const each of begun) if (each.kind === 'first') await each.claim.finish('print', ANSWER);
    // Repetitions do not get in each other's way.
    const again = await Promise.all(Array.from({ length: 20 }, () => one.requests.begin('me', key)));
    expect(new Set(again.map(({ kind }) => kind))).toEqual(new Set(['answered']));
  });

  it('are the first again after one that failed', async () => {
    await (await first(one, key)).release();
    await (await first(other, key)).release();
    expect(await kindOf(one, key)).toBe('first');
  });

  it('are under way however long they take, while their process lives', async () => {
    const claim = await first(one, key);
    await world.pool.query(
      "UPDATE idempotent_requests SET running_until = now() - interval '1 hour' WHERE answer IS NULL",
    );
    expect(await kindOf(other, key)).toBe('under_way');
    expect(await kindOf(one, key)).toBe('under_way');
    await claim.release();
  });

  it('are the first again as soon as the process of the one before has ended', async () => {
    const dying = await world.start();
    const claim = await first(dying, key);
    expect(await kindOf(other, key)).toBe('under_way');
    await dying.die();
    const next = await first(other, key);
    expect(await kindOf(one, key)).toBe('under_way');
    // What the dead process still sends, or sent before and arrives only now, changes nothing.
    await claim.finish('print', another);
    await claim.release();
    expect(await kindOf(one, key)).toBe('under_way');
    await next.finish('print', ANSWER);
    expect(await one.requests.begin('me', key)).toMatchObject({ kind: 'answered', answer: ANSWER });
  });

  describe('of a process that others cannot see for a while', () => {
    let hidden: IdempotencyProcess;

    beforeEach(async () => {
      hidden = await world.start();
    });
    afterEach(() => hidden.die());

    it.each(['before', 'after'])(
      'keep only the answer of the newer claim, if the older ends %s it',
      async (when) => {
        const older = await first(hidden, key);
        await hidden.hide();
        const newer = await first(other, key);
        await hidden.show();
        if (when === 'before') await older.finish('print', another);
        await newer.finish('print', ANSWER);
        if (when === 'after') await older.finish('print', another);
        for (const process of [one, other, hidden]) {
          expect(await process.requests.begin('me', key)).toMatchObject({ kind: 'answered', answer: ANSWER });
        }
      },
    );

    it('are released only by the newer claim', async () => {
      const older = await first(hidden, key);
      await hidden.hide();
      const newer = await first(other, key);
      await older.release();
      expect(await kindOf(one, key)).toBe('under_way');
      await newer.release();
      expect(await kindOf(one, key)).toBe('first');
    });

    it('are under way again when it can be seen again', async () => {
      const claim = await first(hidden, key);
      await hidden.hide();
      await hidden.show();
      expect(await kindOf(other, key)).toBe('under_way');
      await claim.finish('print', ANSWER);
      expect(await kindOf(other, key)).toBe('answered');
    });
  });

  it('are forgotten after a day', async () => {
    await (await first(one, key)).finish('print', ANSWER);
    await world.pool.query("UPDATE idempotent_requests SET created_at = now() - interval '25 hours'");
    await (await first(one, key)).release();
  });

  it('keep no answer in the clear', async () => {
    await (await first(one, key)).finish('print', ANSWER);
    const { rows } = await world.pool.query<{ answer: Buffer }>(
      'SELECT answer FROM idempotent_requests WHERE answer IS NOT NULL',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.answer.toString('latin1')).not.toContain('vox_secret');
  });
});
