import { account, accountActors, accountContext } from '@test/domain/account';
import {
  AppendOutcomeUnknown,
  appendUntilKnown,
  CHAIN_START,
  ChainEnd,
  EventStore,
  EventStoreUnavailable,
  EventToAppend,
  followChain,
  verifyHash,
  WrongExpectedRevision,
} from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAllOf, someEvent } from './event-store-contract';

/** A store whose appends fail on demand. */
export interface FaultyStore {
  store: EventStore;
  /** Another process's way to the same log. */
  other: EventStore;
  /** The first event of a new stream, written by another process while appends of `store` fail. */
  writeMeanwhile(stream: string, event: EventToAppend): Promise<unknown>;
  /**
   * The next append is lost: written without an answer (`after`), or never written (`before`), in both cases without saying
   * which. Every append after it is turned away unsent, until `recover`.
   */
  loseNext(when: 'before' | 'after'): void;
  recover(): void;
}

/** What every event store, and the actors on it, must do when the answer to an append is lost. */
export function describeOutcomeContract(name: string, openStore: () => FaultyStore): void {
  describe(`${name}, when the answer to an append is lost`, () => {
    const stream = (): string => `outcome-${randomUUID()}`;
    const patience = 2_000;
    const underWay = new Set<Promise<unknown>>();
    const open = (): FaultyStore => {
      const opened = openStore();
      return { ...opened, store: noting(opened.store, underWay) };
    };

    afterEach(async () => {
      openStore().recover();
      // A try that nobody waits for any more would meet the fault of the next test.
      await Promise.allSettled(underWay);
    });

    it.each(['before', 'after'] as const)('keeps unknown what was lost %s it was written', async (when) => {
      const { store, loseNext, recover } = open();
      const target = stream();
      const events = [someEvent({ n: 1 }), someEvent({ n: 2 })];
      loseNext(when);
      await expect(store.append(target, events, 'no_stream')).rejects.toThrow(AppendOutcomeUnknown);
      // "Nothing was written" would be true of this try only.
      await expect(store.append(target, events, 'no_stream')).rejects.toThrow(AppendOutcomeUnknown);
      await expect(store.append(stream(), [someEvent()], 'no_stream')).rejects.toThrow(EventStoreUnavailable);
      recover();
      const result = await appendUntilKnown(store, target, events, 'no_stream', patience);
      expect(result).toMatchObject({ revision: 1, repeated: when === 'after' });
      expect((await readAllOf(store, target)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    });

    it.each(['before', 'after'] as const)('repeats what was lost %s it was written', async (when) => {
      const { store, loseNext, recover } = open();
      const target = stream();
      const events = [someEvent({ n: 1 })];
      loseNext(when);
      const appending = appendUntilKnown(store, target, events, 'no_stream');
      await sleep(300);
      recover();
      expect(await appending).toMatchObject({ revision: 0 });
      expect(await readAllOf(store, target)).toHaveLength(1);
    });

    it('says so when patience ends first', async () => {
      const { store, loseNext } = open();
      loseNext('after');
      const appending = appendUntilKnown(store, stream(), [someEvent()], 'no_stream', 200);
      await expect(appending).rejects.toThrow(AppendOutcomeUnknown);
    });

    it('knows that nothing was written only by another event in its place', async () => {
      const { store, writeMeanwhile, loseNext, recover } = open();
      const target = stream();
      loseNext('before');
      const appending = appendUntilKnown(store, target, [someEvent()], 'no_stream');
      await sleep(50);
      const other = someEvent({ n: 'other' });
      await writeMeanwhile(target, other);
      recover();
      await expect(appending).rejects.toThrow(WrongExpectedRevision);
      expect((await readAllOf(store, target)).map(({ id }) => id)).toEqual([other.id]);
    });

    it('takes a shorter stream for no proof: what is not there yet may arrive', async () => {
      const { store, loseNext, recover } = open();
      const target = stream();
      await store.append(target, [someEvent({ n: 0 })], 'no_stream');
      loseNext('before');
      const events = [someEvent({ n: 6 })];
      // As after a fail-over to a node that lacks the end of the stream.
      await expect(store.append(target, events, 5)).rejects.toThrow(AppendOutcomeUnknown);
      recover();
      await expect(appendUntilKnown(refusingFirst(store), target, events, 5, 300)).rejects.toThrow(
        AppendOutcomeUnknown,
      );
    });

    it.each(['before', 'after'] as const)(
      'lets a repeated command continue the chain of what was lost %s it was written',
      async (when) => {
        const { store, other, loseNext, recover } = open();
        const id = randomUUID();
        const commandId = randomUUID();
        const hasty = accountActors(store, {
          appendPatienceMs: 100,
          clock: () => '2026-01-01T00:00:00.000Z',
        });
        const later = accountActors(store, { clock: () => '2026-01-01T00:00:09.000Z' });
        const deposit = { type: 'Deposit' as const, amount: 5 };
        loseNext(when);
        await expect(hasty.ask(account, id, deposit, accountContext(commandId))).rejects.toThrow(
          AppendOutcomeUnknown,
        );
        recover();
        const again = await later.ask(account, id, deposit, accountContext(commandId));
        expect(again).toMatchObject({ kind: 'accepted', state: { balance: 5 } });
        // The next event of every process continues what the log holds, not what was encoded anew.
        for (const actors of [later, hasty, accountActors(other)]) {
          await actors.ask(account, id, { type: 'Withdraw', amount: 1 }, accountContext());
        }
        expect(await chainOf(other, `account-${id}`)).toMatchObject({ revision: 3 });
      },
    );

    it('takes the hash from the log where another process wrote the same command first', async () => {
      const { store, other } = open();
      const id = randomUUID();
      const context = accountContext();
      const deposit = { type: 'Deposit' as const, amount: 5 };
      const here = accountActors(store, { clock: () => '2026-01-01T00:00:00.000Z' });
      const there = accountActors(other, { clock: () => '2026-01-01T00:00:09.000Z' });
      // Both have read the empty stream; the other process is first.
      await here.read(account, id);
      await there.ask(account, id, deposit, context);
      expect(await here.ask(account, id, deposit, context)).toMatchObject({ state: { balance: 5 } });
      await here.ask(account, id, { type: 'Withdraw', amount: 1 }, accountContext());
      expect(await chainOf(other, `account-${id}`)).toMatchObject({ revision: 1 });
    });
  });
}

/** The store, with every append in the set while it is under way. */
function noting(store: EventStore, underWay: Set<Promise<unknown>>): EventStore {
  const append: EventStore['append'] = (...given) => {
    const appending = store.append(...given);
    underWay.add(appending);
    const over = (): unknown => underWay.delete(appending);
    appending.then(over, over);
    return appending;
  };
  return Object.create(store, { append: { value: append } }) as EventStore;
}

/** Reports the first append as unknown, as an earlier try was. */
function refusingFirst(store: EventStore): Pick<EventStore, 'append' | 'readStream'> {
  let isFirst = true;
  return {
    readStream: (...given) => store.readStream(...given),
    append: (stream, ...rest) => {
      if (!isFirst) return store.append(stream, ...rest);
      isFirst = false;
      return Promise.reject(new AppendOutcomeUnknown(stream, new Error('lost')));
    },
  };
}

/** @throws EventTampered when a link or a hash is wrong */
async function chainOf(store: EventStore, stream: string): Promise<ChainEnd> {
  let end = CHAIN_START;
  for await (const event of store.readStream(stream)) {
    verifyHash(event);
    end = followChain(end, event);
  }
  return end;
}
