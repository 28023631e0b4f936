import { createTestLog, TestLog } from '@test/postgres/test-log';
import { DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { inTransaction, migrate } from '@voxpersona/platform';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TELEGRAM_MIGRATIONS } from '../migrations';
import { SendFailure } from '../sending/send-failure';
import { Sender } from '../sending/sender';
import { SendGate } from '../sending/send-gate';
import { MessageFace, MessageKeeper } from './message-keeper';
import { MessageRows } from './message-rows';
import { MessagesConsumer } from './messages-consumer';

describe('Messages that are kept as the log says', () => {
  let world: TestLog;
  let rows: MessageRows;
  let keeper: MessageKeeper;
  let chatId: string;
  let recordingId: string;
  let position: bigint;
  /** What the message should show; and what was sent and edited, in order. */
  let text: string;
  let done: string[];
  let fault: SendFailure | undefined;
  let moves: number[];

  beforeAll(async () => {
    world = await createTestLog();
    await migrate(world.pool, TELEGRAM_MIGRATIONS);
    rows = new MessageRows(world.pool);
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.pool.query('TRUNCATE telegram_messages, telegram_slots');
    [chatId, recordingId, position, text, done, moves] = [randomUUID(), randomUUID(), 0n, 'one', [], []];
    fault = undefined;
    keeper = new MessageKeeper({
      ...{ rows, sender: new Sender(new SendGate(world.pool, 7)), listener: world.listener },
      face: () => Promise.resolve(face()),
      onChatGone: () => Promise.resolve(void done.push('gone')),
      onChatMoved: (_, number) => Promise.resolve(void moves.push(number)),
      log: { warn: (message) => done.push(message), error: (message) => done.push(message) },
    });
    keeper.start();
  });
  afterEach(() => keeper.stop());

  const face = (): MessageFace => ({
    ...{ kind: 'shown', chat: { chatId, isGroup: true }, key: text, comesBack: false },
    send: async () => {
      if (fault) throw fault;
      await Promise.resolve();
      done.push(`sent ${text}`);
      return done.length;
    },
    edit: async (messageId) => {
      if (fault) throw fault;
      await Promise.resolve();
      done.push(`edited ${messageId} ${text}`);
    },
  });
  /** The consumer has the word of the log. */
  async function tell(type: 'DetailAsked' | 'ChatMoved', data: object): Promise<void> {
    position += 1n;
    const event = { type, data: { chatId, ...data }, position } as unknown as Recorded<DomainEvent>;
    await inTransaction(world.pool, (transaction) => new MessagesConsumer().apply([event], transaction));
  }
  const asked = (): Promise<void> => tell('DetailAsked', { recordingId, question: 'date' });
  const moved = (askedAbout: string | null): Promise<void> => tell('ChatMoved', { askedAbout });
  async function until(...expected: string[]): Promise<void> {
    for (const end = Date.now() + 20_000; done.length < expected.length && Date.now() < end;) await sleep(50);
    // Nothing more comes.
    await sleep(300);
    expect(done).toEqual(expected);
  }

  it('are sent once and changed when they show something else', async () => {
    await asked();
    await until('sent one');
    await asked();
    await until('sent one');
    text = 'two';
    await asked();
    await until('sent one', 'edited 1 two');
  });

  it('are not changed under a number that their chat had before, and sent anew once they show something else', async () => {
    await asked();
    await until('sent one');
    await moved(null);
    await until('sent one');
    text = 'two';
    await asked();
    await until('sent one', 'sent two');
  });

  it('ask anew under the new number what is being asked', async () => {
    await asked();
    await until('sent one');
    await moved(recordingId);
    await until('sent one', 'sent one');
  });

  it('wait for the word of the move where Telegram tells of it first', async () => {
    await asked();
    await until('sent one');
    fault = new SendFailure('chat-moved', 'group chat was upgraded', 0, -100_5);
    text = 'two';
    await asked();
    while (moves.length === 0) await sleep(20);
    expect(moves[0]).toBe(-100_5);
    fault = undefined;
    await moved(null);
    await until('sent one', 'sent two');
  });

  it('keep no number that their chat lost while they were under way', async () => {
    await asked();
    await until('sent one');
    const before = await rows.find(chatId, 1);
    await keeper.stop();
    await moved(null);
    await rows.settle(before!, { messageId: 1, shown: before!.shown }, 0);
    expect(await rows.find(chatId, 1)).toBeUndefined();
  });
});
