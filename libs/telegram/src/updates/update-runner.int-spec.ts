import { createTestLog, TestLog } from '@test/postgres/test-log';
import { migrate } from '@voxpersona/platform';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TELEGRAM_MIGRATIONS } from '../migrations';
import { SendFailure } from '../sending/send-failure';
import { ChatLocks } from './chat-locks';
import { FailedUpdates } from './failed-updates';
import { ReceivedUpdate, UpdateInbox } from './update-inbox';
import { UpdateRunner } from './update-runner';

const [ONE, TWO] = [randomUUID(), randomUUID()];
const BOT = 7;

describe('Updates of Telegram', () => {
  let world: TestLog;
  let key: Buffer;
  let inbox: UpdateInbox;
  const runners: UpdateRunner[] = [];
  const told: number[] = [];

  beforeAll(async () => {
    world = await createTestLog();
    await migrate(world.pool, TELEGRAM_MIGRATIONS);
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.pool.query('TRUNCATE telegram_updates');
    key = randomBytes(32);
    inbox = new UpdateInbox(world.pool, key, BOT);
    told.length = 0;
  });
  afterEach(() => Promise.all(runners.splice(0).map((runner) => runner.stop())));

  const put = (updateId: number, chatId = ONE, text = 'words of somebody') =>
    inbox.put([{ updateId, chatId, content: { text } }]);

  function run(handle: (update: ReceivedUpdate) => Promise<void>, log = world): UpdateRunner {
    const quiet = { warn: () => undefined, error: () => undefined };
    const runner = new UpdateRunner({
      ...{ inbox: new UpdateInbox(log.pool, key, BOT), listener: log.listener, log: quiet, handle },
      locks: new ChatLocks(log.pool),
      giveUp: ({ updateId }) => {
        told.push(updateId);
        return Promise.resolve();
      },
    });
    runners.push(runner);
    runner.start();
    return runner;
  }

  async function until(enough: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!(await enough())) {
      if (Date.now() > deadline) throw new Error('Not in time');
      await sleep(10);
    }
  }

  const left = async (): Promise<number> => {
    const { rows } = await world.pool.query<{ count: string }>(
      `SELECT count(*) FROM telegram_updates WHERE state = 'ready'`,
    );
    return Number(rows[0]?.count);
  };

  it('are dealt with once each, however often they come, and keep no word afterwards', async () => {
    const seen: number[] = [];
    await put(1);
    await put(1);
    run(({ updateId }) => {
      seen.push(updateId);
      return Promise.resolve();
    });
    await put(2);
    await put(1);
    await until(async () => (await left()) === 0);
    expect(seen).toEqual([1, 2]);
    const { rows } = await world.pool.query('SELECT sealed_update FROM telegram_updates');
    expect(rows).toEqual([{ sealed_update: null }, { sealed_update: null }]);
  });

  it('lie in the database sealed', async () => {
    await put(1, ONE, 'a secret word');
    const { rows } = await world.pool.query<{ sealed_update: Buffer }>(
      'SELECT sealed_update FROM telegram_updates',
    );
    expect(rows[0]?.sealed_update.includes('secret')).toBe(false);
  });

  it('of one chat come one after another, those of others beside them', async () => {
    const steps: string[] = [];
    await inbox.put([1, 2, 3].map((updateId) => ({ updateId, chatId: ONE, content: {} })));
    await put(4, TWO);
    run(async ({ updateId, chatId }) => {
      steps.push(`begin ${updateId}`);
      await sleep(chatId === ONE ? 60 : 5);
      steps.push(`end ${updateId}`);
    });
    await until(async () => (await left()) === 0);
    const first = steps.filter((step) => !step.endsWith('4'));
    expect(first).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
    expect(steps.indexOf('end 4')).toBeLessThan(steps.indexOf('end 1'));
  });

  it('of one chat are never dealt with by two processes at once', async () => {
    let running = 0;
    let most = 0;
    const handled: number[] = [];
    const handle = async ({ updateId }: ReceivedUpdate): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await sleep(5);
      running -= 1;
      handled.push(updateId);
    };
    run(handle);
    run(handle, { ...world, ...world.openAgain() });
    for (let updateId = 1; updateId <= 30; updateId += 1) await put(updateId);
    await until(async () => (await left()) === 0);
    expect(most).toBe(1);
    expect(handled).toEqual([...handled].sort((a, b) => a - b));
    expect(new Set(handled).size).toBe(30);
  });

  it('that fail are tried again, in their place, and given up in the end: then those after them go on', async () => {
    const seen: number[] = [];
    await put(1);
    await put(2);
    run(({ updateId }) => {
      seen.push(updateId);
      return updateId === 1 ? Promise.reject(new Error('no')) : Promise.resolve();
    });
    await until(async () => (await left()) === 0);
    expect(seen).toEqual([1, 1, 1, 1, 2]);
    expect(told).toEqual([1]);
  });

  it('that were given up are dealt with again where an operator asks for it', async () => {
    const failed = new FailedUpdates(world.pool);
    const texts: unknown[] = [];
    let isMended = false;
    await put(1);
    await put(2);
    run(({ updateId, content }) => {
      if (updateId === 1 && !isMended) return Promise.reject(new Error('no'));
      texts.push(content);
      return Promise.resolve();
    });
    await until(async () => (await left()) === 0);
    expect(await failed.list()).toEqual([
      { botId: BOT, updateId: 1, chatId: ONE, receivedAt: expect.any(Date) },
    ]);
    isMended = true;
    expect(await failed.repeat(2)).toBe(false);
    expect(await failed.repeat(1)).toBe(true);
    await until(() => texts.length === 2);
    await until(async () => (await left()) === 0);
    expect(texts[1]).toEqual({ text: 'words of somebody' });
    expect(await failed.list()).toEqual([]);
  });

  it('wait for Telegram, or the database, to come back, however long that takes', async () => {
    let isAway = true;
    let tries = 0;
    await put(1);
    run(() => {
      tries += 1;
      return isAway ? Promise.reject(new SendFailure('unavailable', 'away')) : Promise.resolve();
    });
    await until(async () => {
      await world.pool.query('UPDATE telegram_updates SET run_at = now()');
      return tries > 8;
    });
    expect(told).toEqual([]);
    isAway = false;
    await until(async () => (await left()) === 0);
  });

  it('go on where another process died over their chat', async () => {
    const dead = world.openAgain();
    const locks = new ChatLocks(dead.pool);
    expect(await locks.tryLock(ONE)).toBe(true);
    const seen: number[] = [];
    run(({ updateId }) => {
      seen.push(updateId);
      return Promise.resolve();
    });
    await put(1);
    await sleep(200);
    expect(seen).toEqual([]);
    await locks.close();
    await until(() => seen.length === 1);
  });
});
