import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { createPool, isDatabaseFailure, migrate } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { ProviderFailure, ProviderFailureCode } from '../provider-failure';
import { fingerprintOf, hintOf } from './key-identity';
import { KeyPool, KeyPoolOptions } from './key-pool';
import { listProviderKeys, restoreProviderKey } from './key-register';
import { PROVIDER_KEY_MIGRATIONS } from './migrations';

const A = 'sk-key-of-the-tests-AAAA';
const B = 'sk-key-of-the-tests-BBBB';
const never = new AbortController().signal;

describe('The keys of a provider', () => {
  let database: TestDatabase;
  let pool: Pool;
  let logged: string[];

  const open = (): Pool =>
    createPool({
      connectionString: database.connectionString,
      applicationName: 'test',
      onIdleError: () => undefined,
    });

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = open();
    await migrate(pool, PROVIDER_KEY_MIGRATIONS);
  });
  beforeEach(async () => {
    logged = [];
    await pool.query('TRUNCATE provider_keys, provider_calls');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const keyPool = (options: Partial<KeyPoolOptions> = {}, on: Pool = pool): KeyPool =>
    new KeyPool(on, {
      provider: 'fake',
      keys: [A, B],
      requestsPerMinute: undefined,
      tokensPerMinute: undefined,
      log: { log: (message) => logged.push(message), warn: (message) => logged.push(message) },
      ...options,
    });

  const failing =
    (code: ProviderFailureCode, details: { retryAfterMs?: number; scope?: 'provider' } = {}) =>
    (): Promise<never> =>
      Promise.reject(new ProviderFailure(code, 'told to fail', { provider: 'fake', ...details }));
  const answer = (key: string): Promise<string> => Promise.resolve(key);
  const caught = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);
  const bookings = async (): Promise<number> =>
    (await pool.query('SELECT FROM provider_calls')).rowCount ?? 0;
  /** Makes a call that fails with some keys, and tells which keys were asked. */
  async function ask(keys: KeyPool, behaviour: Record<string, () => Promise<never>>) {
    const asked: string[] = [];
    const result = await caught(
      keys.withKey(0, never, (key) => {
        asked.push(key);
        return behaviour[key]?.() ?? answer(key);
      }),
    );
    return { asked, result };
  }

  it('takes the key that is free soonest, and the calls that wait go in order', async () => {
    const keys = keyPool({ requestsPerMinute: 2, windowMs: 1_200 });
    const order: string[] = [];
    const started = Date.now();
    await Promise.all(
      [1, 2, 3, 4, 5, 6].map((n) =>
        keys.withKey(0, never, (key) => {
          order.push(`${n} ${Date.now() - started >= 1_200 ? 'later' : 'now'} ${key.slice(-1)}`);
          return answer(key);
        }),
      ),
    );
    expect(order.slice(0, 4).map((each) => each.slice(0, 5))).toEqual(['1 now', '2 now', '3 now', '4 now']);
    expect(order.slice(0, 4).filter((each) => each.endsWith('A'))).toHaveLength(2);
    // By which keys the last two go says nothing: on a machine that is held up both keys may be free again by then.
    expect(
      order
        .slice(4)
        .map((each) => each.slice(0, 7))
        .sort(),
    ).toEqual(['5 later', '6 later']);
  });

  it('never has more calls of a key in any window than its limit, from two pools of one database', async () => {
    const windowMs = 1_200;
    const other = open();
    const pools = [pool, other].map((each) => keyPool({ keys: [A], requestsPerMinute: 8, windowMs }, each));
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: 28 }, (_, n) =>
        pools[n % 2]!.withKey(0, new AbortController().signal, async () => {
          await sleep((n * 7) % 40);
          // The moment that a provider would count, somewhere within the call.
          times.push(Date.now());
          await sleep((n * 13) % 90);
        }),
      ),
    );
    await other.end();
    times.sort((a, b) => a - b);
    const most = Math.max(
      ...times.map((from) => times.filter((t) => t >= from && t < from + windowMs).length),
    );
    expect(most).toBeLessThanOrEqual(8);
    expect(times.at(-1)! - times[0]!).toBeLessThan((3 * windowMs) / 0.9 + 500);
  });

  it('counts tokens, and does not hold a call for ever that is larger than the limit', async () => {
    const keys = keyPool({ keys: [A], tokensPerMinute: 100, windowMs: 2_000 });
    const started = Date.now();
    const times = await Promise.all(
      [60, 40, 1, 500].map((tokens) =>
        keys.withKey(tokens, never, () => Promise.resolve(Date.now() - started)),
      ),
    );
    expect(times[0]).toBeLessThan(2_000);
    expect(times[1]).toBeLessThan(2_000);
    expect(times[2]).toBeGreaterThanOrEqual(2_000);
    expect(times[3]).toBeGreaterThanOrEqual(times[2]! + 2_000);
    expect(await keys.status()).toMatchObject([{ requestsInWindow: 1, tokensInWindow: 100, waiting: 0 }]);
  });

  it('books nothing where no limit is known, and spreads the calls', async () => {
    const keys = keyPool();
    const used = await Promise.all([1, 2, 3, 4].map(() => keys.withKey(5, never, answer)));
    expect(used.sort()).toEqual([A, A, B, B]);
    expect(await bookings()).toBe(0);
  });

  it('leaves a revoked key alone, in every process, until it is restored', async () => {
    const first = await ask(keyPool(), { [A]: failing('unauthorised') });
    expect(first).toEqual({ asked: [A, B], result: B });
    const other = keyPool();
    for (let n = 0; n < 3; n++)
      expect((await ask(other, { [A]: failing('unauthorised') })).asked).toEqual([B]);
    expect(logged).toEqual([`Key ${hintOf('fake', A)} of fake is revoked (unauthorised)`]);
    expect(await listProviderKeys(pool, { fake: [A] })).toMatchObject(
      [
        { hint: hintOf('fake', A), state: 'revoked', configured: true, lastFailureCode: 'unauthorised' },
        { hint: hintOf('fake', B), state: 'active', configured: false, lastFailureCode: null },
      ].sort((a, b) => (a.hint < b.hint ? -1 : 1)),
    );

    expect(await restoreProviderKey(pool, 'fake', fingerprintOf('fake', A))).toBe(true);
    expect(await restoreProviderKey(pool, 'fake', 'unknown')).toBe(false);
    expect(await Promise.all([1, 2].map(() => other.withKey(0, never, answer)))).toContain(A);
  });

  it('logs a change of state once, when many calls find it', async () => {
    const keys = keyPool({ keys: [A] });
    await Promise.all(
      [1, 2, 3, 4].map(() => caught(keys.withKey(0, never, () => sleep(30).then(failing('unauthorised'))))),
    );
    expect(logged).toHaveLength(1);
  });

  it('tries a key without credit again after an hour', async () => {
    const keys = keyPool();
    expect((await ask(keys, { [A]: failing('quota_exhausted') })).asked).toEqual([A, B]);
    for (let n = 0; n < 2; n++) expect(await keys.withKey(0, never, answer)).toBe(B);
    const hourLater = `UPDATE provider_keys SET state_since = state_since - interval '1 hour'`;
    await pool.query(hourLater);
    // Still without: a new hour begins.
    await ask(keys, { [A]: failing('quota_exhausted') });
    await ask(keys, { [A]: failing('quota_exhausted') });
    expect((await keys.status()).map((key) => key.state)).toEqual(['exhausted', 'active']);
    expect(await Promise.all([1, 2].map(() => keys.withKey(0, never, answer)))).toEqual([B, B]);
    await pool.query(hourLater);
    await Promise.all([1, 2].map(() => keys.withKey(0, never, answer)));
    expect((await keys.status()).map((key) => key.state)).toEqual(['active', 'active']);
    expect(logged).toEqual([
      `Key ${hintOf('fake', A)} of fake is exhausted (quota_exhausted)`,
      `Key ${hintOf('fake', A)} of fake is exhausted (quota_exhausted)`,
      `Key ${hintOf('fake', A)} of fake has credit again`,
    ]);
  });

  it('says what to do when no key is left', async () => {
    const all = { [A]: failing('unauthorised'), [B]: failing('unauthorised') };
    const revoked = await ask(keyPool({ settingName: 'FAKE_KEYS' }), all);
    expect(revoked.result).toMatchObject({
      code: 'unauthorised',
      permanent: true,
      message:
        'all 2 keys of fake are refused (revoked or exhausted): ' +
        'put a new one into FAKE_KEYS or restore one with vox provider-keys restore',
    });
    const next = await ask(keyPool(), all);
    expect(next).toMatchObject({ asked: [], result: { code: 'unauthorised' } });
    expect((next.result as Error).message).toContain('FAKE_API_KEY');

    await restoreProviderKey(pool, 'fake', fingerprintOf('fake', B));
    const exhausted = await ask(keyPool(), { ...all, [B]: failing('quota_exhausted') });
    expect(exhausted).toMatchObject({ asked: [B], result: { code: 'quota_exhausted', permanent: true } });
  });

  it('goes on with another key when one is told to pause, and comes back later when there is none', async () => {
    const keys = keyPool();
    const pausing = failing('rate_limited', { retryAfterMs: 2_000 });
    expect(await ask(keys, { [A]: pausing })).toEqual({ asked: [A, B], result: B });
    const { asked, result } = await ask(keys, { [B]: failing('rate_limited', { retryAfterMs: 6_000 }) });
    expect(asked).toEqual([B]);
    // The first key is free again sooner than the second.
    expect(result).toMatchObject({ code: 'rate_limited', message: 'told to fail' });
    expect((result as ProviderFailure).retryAfterMs).toBeGreaterThan(100);
    expect((result as ProviderFailure).retryAfterMs).toBeLessThanOrEqual(2_000);
    expect(await ask(keys, {})).toMatchObject({ asked: [], result: { code: 'rate_limited' } });
    const [, b] = await keys.status();
    expect(b!.blockedUntil!.getTime() - Date.now()).toBeLessThanOrEqual(10_000);
    await sleep(2_010);
    expect(await keys.withKey(0, never, answer)).toBe(A);
    expect(logged).toHaveLength(2);
  });

  it('does not ask a key twice in one call, however short its pause, and blocks none for longer than 10 minutes', async () => {
    const pausing = failing('rate_limited', { retryAfterMs: 0 });
    expect((await ask(keyPool(), { [A]: pausing, [B]: pausing })).asked).toEqual([A, B]);
    const { result } = await ask(keyPool({ keys: [A] }), {
      [A]: failing('rate_limited', { retryAfterMs: 86_400_000 }),
    });
    expect((result as ProviderFailure).retryAfterMs).toBeLessThanOrEqual(600_000);
    expect((result as ProviderFailure).retryAfterMs).toBeGreaterThan(590_000);
  });

  it('leaves a provider alone that has too much work', async () => {
    const overloaded = failing('rate_limited', { scope: 'provider', retryAfterMs: 5_000 });
    const { asked, result } = await ask(keyPool(), { [A]: overloaded });
    expect(asked).toEqual([A]);
    expect((result as ProviderFailure).retryAfterMs).toBeGreaterThan(4_000);
    expect(logged).toHaveLength(2);
  });

  it('does not wait for another key after a pause was asked for', async () => {
    const keys = keyPool({ requestsPerMinute: 1, windowMs: 1_200 });
    await keys.withKey(0, never, answer);
    const asked: string[] = [];
    const pausing = failing('rate_limited', { retryAfterMs: 60_000 });
    const result = await caught(
      keys.withKey(0, never, (key) => {
        asked.push(key);
        return pausing();
      }),
    );
    expect(asked).toHaveLength(1);
    // When the other key is free, long before this one may be used again.
    expect((result as ProviderFailure).retryAfterMs).toBeLessThan(1_301);
  });

  it('looks again after waiting, and books anew with another key', async () => {
    const windowMs = 1_200;
    await keyPool({ keys: [A], requestsPerMinute: 1, windowMs }).withKey(0, never, answer);
    await keyPool({ keys: [B], requestsPerMinute: 1, windowMs }).withKey(0, never, answer);
    const keys = keyPool({ requestsPerMinute: 1, windowMs });
    const waiting = keys.withKey(0, never, answer);
    await sleep(100);
    expect((await keys.status()).map((key) => key.waiting).sort()).toEqual([0, 1]);
    const [{ fingerprint: booked }] = (
      await pool.query<{ fingerprint: string }>(
        'SELECT fingerprint FROM provider_calls WHERE starts_at > clock_timestamp()',
      )
    ).rows as [{ fingerprint: string }];
    await pool.query(`UPDATE provider_keys SET state = 'revoked' WHERE fingerprint = $1`, [booked]);
    expect(fingerprintOf('fake', await waiting)).not.toBe(booked);
  });

  it('gives a place back when the wait is aborted', async () => {
    const keys = keyPool({ keys: [A], requestsPerMinute: 1 });
    await keys.withKey(0, never, answer);
    const abort = new AbortController();
    const waiting = caught(keys.withKey(0, abort.signal, answer));
    while ((await bookings()) < 2) await sleep(5);
    abort.abort();
    expect(await waiting).not.toBeInstanceOf(ProviderFailure);
    expect(await bookings()).toBe(1);
    expect(await caught(keys.withKey(0, abort.signal, answer))).not.toBe(A);
    expect(await bookings()).toBe(1);
  });

  it('calls at once what is not counted, and handles its failures alike', async () => {
    const keys = keyPool({ requestsPerMinute: 1 });
    const asked: string[] = [];
    const call = (key: string): Promise<string> => {
      asked.push(key);
      return key === A ? failing('unauthorised')() : answer(key);
    };
    for (let n = 0; n < 4; n++) expect(await keys.withAnyKey(never, call)).toBe(B);
    expect(asked.filter((key) => key === A)).toHaveLength(1);
    expect(await bookings()).toBe(0);
  });

  it('passes on other failures, and says nothing of the key by them', async () => {
    const { asked, result } = await ask(keyPool({ keys: [A], requestsPerMinute: 5 }), {
      [A]: failing('unavailable'),
    });
    expect([asked, result]).toMatchObject([[A], { code: 'unavailable', message: 'told to fail' }]);
    expect(logged).toEqual([]);
  });

  it('throws a failure of the database as it is, but loses no answer that was paid', async () => {
    const dead = createPool({
      connectionString: 'postgres://nobody@127.0.0.1:1/none',
      applicationName: 'test',
      onIdleError: () => undefined,
    });
    expect(isDatabaseFailure(await caught(keyPool({}, dead).withKey(0, never, answer)))).toBe(true);
    await dead.end();

    const ending = open();
    const keys = keyPool({ requestsPerMinute: 5 }, ending);
    const paid = await keys.withKey(0, never, async (key) => {
      await ending.end();
      return key;
    });
    expect(paid).toBe(A);
    expect(logged).toEqual([expect.stringMatching(/could not be noted/)]);
  });

  it('clears away what no longer counts', async () => {
    const keys = keyPool({ requestsPerMinute: 5, windowMs: 120 });
    for (let n = 0; n < 3; n++) await keys.withKey(0, never, answer);
    await sleep(140);
    await keys.withKey(0, never, answer);
    expect(await bookings()).toBe(1);
  });

  it('leaves no key in any table, nor in the log', async () => {
    await ask(keyPool({ requestsPerMinute: 9, tokensPerMinute: 9 }), {
      [A]: failing('unauthorised'),
      [B]: failing('quota_exhausted'),
    });
    const { rows: tables } = await pool.query<{ name: string }>(
      `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const dump: string[] = [];
    for (const { name } of tables) {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      dump.push(...rows.map(({ row }) => row));
    }
    const everything = [...dump, ...logged].join('\n');
    expect(everything).toContain(fingerprintOf('fake', A));
    for (const key of [A, B]) {
      expect(everything).not.toContain(key);
      expect(everything).not.toContain(key.slice(-5));
    }
  });
});
