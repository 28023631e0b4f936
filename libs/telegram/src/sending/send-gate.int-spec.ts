import { createTestLog, TestLog } from '@test/postgres/test-log';
import { migrate } from '@voxpersona/platform';
import { randomUUID } from 'node:crypto';
import { TELEGRAM_MIGRATIONS } from '../migrations';
import { SendFailure } from './send-failure';
import { GatedChat, SendGate } from './send-gate';
import { Sender } from './sender';
import { SentLedger } from './sent-ledger';

const BOT = 7;
const chat = (isGroup = false): GatedChat => ({ chatId: randomUUID(), isGroup });

describe('The limits of Telegram', () => {
  let world: TestLog;
  let gate: SendGate;

  beforeAll(async () => {
    world = await createTestLog();
    await migrate(world.pool, TELEGRAM_MIGRATIONS);
    gate = new SendGate(world.pool, BOT);
  });
  afterAll(() => world.close());
  beforeEach(() => world.pool.query('TRUNCATE telegram_slots, telegram_pauses, telegram_sends'));

  const waitOf = async (of: GatedChat, by = gate): Promise<number> => (await by.tryToPass(of)).waitMs;

  /** Sends that lie so many seconds back. */
  const sentBefore = (chatId: string, ...seconds: number[]) =>
    world.pool.query(
      `INSERT INTO telegram_slots (bot_id, chat_id, at) SELECT $1, $2, clock_timestamp() - s * interval '1 second' FROM unnest($3::float8[]) AS s`,
      [BOT, chatId, seconds],
    );

  it('let one message a second into a chat, and do not hold up the others', async () => {
    const one = chat();
    const slot = await gate.pass(one);
    // While it is under way nobody knows when it arrives.
    expect(await waitOf(one)).toBeGreaterThan(3_000);
    await gate.arrived(slot);
    const waitMs = await waitOf(one);
    expect(waitMs).toBeGreaterThan(500);
    expect(waitMs).toBeLessThan(1_100);
    expect(await waitOf(chat())).toBe(0);
  });

  it('let fewer than thirty through in a second, of all processes together', async () => {
    const again = new SendGate(world.openAgain().pool, BOT);
    const waits = await Promise.all(
      Array.from({ length: 60 }, (_, index) => waitOf(chat(), index % 2 ? gate : again)),
    );
    expect(waits.filter((wait) => wait === 0)).toHaveLength(27);
    const other = new SendGate(world.pool, BOT + 1);
    expect(await waitOf(chat(), other)).toBe(0);
  });

  it('let fewer than twenty a minute into a group', async () => {
    const group = chat(true);
    await sentBefore(group.chatId, ...Array.from({ length: 18 }, (_, index) => 40 + index));
    await gate.arrived(await gate.pass(group));
    const waitMs = await waitOf(group);
    expect(waitMs).toBeGreaterThan(1_100);
    expect(waitMs).toBeLessThan(10_000);
    const person = { ...group, isGroup: false };
    await world.pool.query(`UPDATE telegram_slots SET at = at - interval '2 seconds'`);
    expect(await waitOf(person)).toBe(0);
  });

  it('wait as long as Telegram asks, and no longer', async () => {
    const one = chat();
    await gate.pause(one.chatId, 1_500);
    expect(await waitOf(one)).toBeGreaterThan(800);
    // The others take a breath, too: the limit may have been that of the whole bot.
    const other = await waitOf(chat());
    expect(other).toBeGreaterThan(0);
    expect(other).toBeLessThan(600);
    await gate.arrived(await gate.pass(one));
    await gate.pause(one.chatId, 60_000);
    await expect(gate.pass(one)).rejects.toMatchObject({ kind: 'rate-limited' });
  });

  it('are waited for by nobody once the process ends', async () => {
    const closing = new SendGate(world.pool, BOT);
    const one = chat();
    await closing.pass(one);
    const waiting = closing.pass(one);
    closing.close();
    await expect(waiting).rejects.toMatchObject({ kind: 'rate-limited' });
  });

  it('are kept by who sends: a pause that is asked for is waited for, and another failure told', async () => {
    const sender = new Sender(gate);
    const answers = [new SendFailure('rate-limited', 'slower', 200), new SendFailure('chat-gone', 'blocked')];
    const calls: number[] = [];
    const call = (): Promise<number> => {
      calls.push(Date.now());
      const failure = answers.shift();
      return failure ? Promise.reject(failure) : Promise.resolve(1);
    };
    await expect(sender.send(chat(), call)).rejects.toMatchObject({ kind: 'chat-gone' });
    expect(calls[1]! - calls[0]!).toBeGreaterThanOrEqual(190);
  });

  it('count once what the ledger says was sent', async () => {
    const ledger = new SentLedger(world.pool);
    const id = randomUUID();
    const send = jest.fn(() => Promise.resolve(5));
    expect([await ledger.once(id, send), await ledger.once(id, send)]).toEqual([5, 5]);
    expect(send).toHaveBeenCalledTimes(1);
    const fails = jest.fn(() => Promise.reject(new Error('cut')));
    const other = randomUUID();
    await expect(ledger.once(other, fails)).rejects.toThrow('cut');
    expect(await ledger.once(other, send)).toBe(5);
  });
});
