import {
  account,
  AccountCommand,
  AccountEvent,
  accountActors,
  accountContext as context,
} from '@test/domain/account';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { proofSize } from '@test/proof-size';
import { Refusal } from '@voxpersona/domain';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Actors, Answer } from './actors';

describe('Actors of two processes on one stream', () => {
  let log: TestLog;
  let processes: [Actors<AccountEvent>, Actors<AccountEvent>];

  beforeAll(async () => {
    log = await createTestLog();
    // Two of everything: what two processes share is the database alone.
    const open = (): Actors<AccountEvent> => accountActors(log.openAgain().store);
    processes = [open(), open()];
  });

  afterAll(() => log.close());

  const ask = (
    process: 0 | 1,
    id: string,
    type: AccountCommand['type'],
    amount: number,
    commandId?: string,
  ): Promise<Answer<{ balance: number }, AccountEvent, Refusal>> =>
    processes[process].ask(account, id, { type, amount }, context(commandId));

  it('never refuses from a stale cache', async () => {
    const id = randomUUID();
    expect(await ask(0, id, 'Withdraw', 1)).toMatchObject({ kind: 'refused' });
    await ask(1, id, 'Deposit', 5);
    // Process 0 still remembers an empty account.
    expect(await ask(0, id, 'Withdraw', 5)).toMatchObject({ kind: 'accepted', state: { balance: 0 } });
    expect(await ask(1, id, 'Withdraw', 1)).toMatchObject({ kind: 'refused' });
  });

  it('answers a command without events with the newest state', async () => {
    const id = randomUUID();
    await ask(0, id, 'Deposit', 1);
    await ask(1, id, 'Deposit', 2);
    expect(await ask(0, id, 'Look', 0)).toMatchObject({
      kind: 'accepted',
      state: { balance: 3 },
      events: [],
    });
  });

  it('carries out a command once, whichever process it is sent to again', async () => {
    const id = randomUUID();
    const commandId = randomUUID();
    await ask(0, id, 'Deposit', 7, commandId);
    expect(await ask(0, id, 'Deposit', 7, commandId)).toMatchObject({ events: [], state: { balance: 7 } });
    expect(await ask(1, id, 'Deposit', 7, commandId)).toMatchObject({ events: [], state: { balance: 7 } });
  });

  it('goes on after a command that failed', async () => {
    const id = randomUUID();
    const poisoned = processes[0].ask(
      {
        ...account,
        decide: () => {
          throw new Error('a mistake in a decider');
        },
      },
      id,
      { type: 'Deposit', amount: 1 },
      context(),
    );
    const next = ask(0, id, 'Deposit', 1);
    await expect(poisoned).rejects.toThrow('a mistake');
    expect(await next).toMatchObject({ state: { balance: 1 } });
  });

  it(
    'lose no update and refuse nothing wrongly, however they interleave',
    async () => {
      const step = fc.record({
        process: fc.constantFrom(0 as const, 1 as const),
        type: fc.constantFrom('Deposit' as const, 'Withdraw' as const),
        amount: fc.integer({ min: 1, max: 5 }),
        /** Waits for its answer before the next step, or runs beside it. */
        waits: fc.boolean(),
      });
      const runs = proofSize({ short: 1_000, full: 5_000 });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
          const id = randomUUID();
          const answers: Promise<Answer<{ balance: number }, AccountEvent, Refusal>>[] = [];
          for (const { process, type, amount, waits } of steps) {
            const answer = ask(process, id, type, amount);
            answers.push(answer);
            if (waits) await answer;
          }
          const settled = await Promise.all(answers);
          let balance = 0;
          let covered = true;
          for await (const event of log.store.readStream(`account-${id}`)) {
            const amount = Number(event.data.amount);
            balance += event.type === 'Deposited' ? amount : -amount;
            covered &&= balance >= 0;
          }
          const accepted = settled.reduce((sum, answer, index) => {
            const { type, amount } = steps[index]!;
            return answer.kind === 'refused' ? sum : sum + (type === 'Deposit' ? amount : -amount);
          }, 0);
          expect({ balance, covered }).toEqual({ balance: accepted, covered: true });
          // Alone at the end, each process sees all that happened and refuses exactly what is not covered.
          for (const process of [0, 1] as const) {
            expect(await ask(process, id, 'Withdraw', balance + 1)).toMatchObject({
              kind: 'refused',
              state: { balance },
            });
          }
        }),
        { numRuns: runs },
      );
    },
    5 * 60_000,
  );
});
