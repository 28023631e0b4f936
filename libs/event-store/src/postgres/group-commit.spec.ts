import { someEvent } from '@test/event-store-contract/event-store-contract';
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { AppendOutcomeUnknown, DuplicateEventId, EventStoreUnavailable } from '../port/errors';
import { EventToAppend } from '../port/event-store';
import { serialise } from './append-batch';
import { GroupCommit } from './group-commit';

/** A pool whose only connection answers by `query`. */
function poolOf(query: (values: unknown[][]) => Promise<unknown>): { pool: Pool; released: unknown[] } {
  const released: unknown[] = [];
  const client = {
    query: (given: { values: unknown[][] }) => query(given.values),
    release: (error: unknown) => released.push(error),
  };
  return { pool: { connect: () => Promise.resolve(client) } as unknown as Pool, released };
}

const appendTo = (commit: GroupCommit, stream: string, events: EventToAppend[] = [someEvent()]) =>
  commit.append(serialise(stream, events, 'no_stream'));

const withCode = (code: string, more: object = {}): Error =>
  Object.assign(new Error('failed'), { code, ...more });

describe('An append that fails', () => {
  it.each([
    ['a lock that is not free in time', withCode('55P03'), EventStoreUnavailable, true],
    ['a full disk', withCode('53100'), EventStoreUnavailable, true],
    ['a standby that takes no writes', withCode('25006'), EventStoreUnavailable, true],
    ['an id that is taken', withCode('23505', { constraint: 'events_id_key' }), DuplicateEventId, false],
    ['a statement that took too long', withCode('57014'), AppendOutcomeUnknown, true],
    ['a database that shuts down', withCode('57P01'), AppendOutcomeUnknown, true],
    ['a connection that breaks', withCode('ECONNRESET'), AppendOutcomeUnknown, true],
    ['a connection that breaks while it is written to', withCode('EPIPE'), AppendOutcomeUnknown, true],
    ['an answer that does not come', new Error('Query read timeout'), AppendOutcomeUnknown, true],
    [
      'a connection that was lost before',
      new Error('Client has encountered a connection error and is not queryable'),
      EventStoreUnavailable,
      true,
    ],
  ])('by %s is told what is certain', async (_why, failure, expected, isBroken) => {
    const { pool, released } = poolOf(() => Promise.reject(failure));
    await expect(appendTo(new GroupCommit(pool), 'a')).rejects.toBeInstanceOf(expected);
    expect(released).toEqual([isBroken]);
  });

  it('is repeated alone, so that its neighbours are not concerned', async () => {
    const { pool } = poolOf(([streams = []]) =>
      streams.includes('bad') ? Promise.reject(withCode('22P02')) : accepted(),
    );
    const commit = new GroupCommit(pool);
    const ends = await Promise.allSettled(['a', 'bad', 'b'].map((stream) => appendTo(commit, stream)));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('A batch', () => {
  const batchesOf = async (appends: [stream: string, events: EventToAppend[]][]): Promise<unknown[][]> => {
    const batches: unknown[][] = [];
    const { pool } = poolOf(([streams = []]) => {
      batches.push(streams);
      return accepted();
    });
    const commit = new GroupCommit(pool);
    await Promise.all(appends.map(([stream, events]) => appendTo(commit, stream, events)));
    return batches;
  };
  const several = (count: number, bytes = 0): EventToAppend[] =>
    Array.from({ length: count }, () => someEvent({ text: 'x'.repeat(bytes) }));

  it('has a thousand events at most', async () => {
    const appends = ['a', 'b', 'c'].map((stream): [string, EventToAppend[]] => [stream, several(400)]);
    expect(await batchesOf([...appends, ['d', several(1_200)]])).toEqual([['a', 'b'], ['c'], ['d']]);
  });

  it('has four mebibytes at most, but for an append that is larger alone', async () => {
    const mebibyte = 1024 * 1024;
    expect(
      await batchesOf([
        ['a', several(3, mebibyte)],
        ['b', several(1, mebibyte)],
        ['c', several(5, mebibyte)],
        ['d', several(1)],
      ]),
    ).toEqual([['a'], ['b'], ['c'], ['d']]);
  });

  it('has one append to a stream; the next ones keep their order', async () => {
    const streams = ['a', 'a', 'b', 'a', 'c'];
    expect(await batchesOf(streams.map((stream) => [stream, several(1)]))).toEqual([
      ['a', 'b', 'c'],
      ['a'],
      ['a'],
    ]);
  });
});

describe('The age of the oldest append', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is counted until it is answered', async () => {
    let answer: (given: unknown) => void = () => undefined;
    const { pool } = poolOf(() => new Promise((resolve) => (answer = resolve)));
    const commit = new GroupCommit(pool);
    expect(commit.oldestWaitMs).toBe(0);
    const first = appendTo(commit, randomUUID());
    await jest.advanceTimersByTimeAsync(3_000);
    const second = appendTo(commit, randomUUID());
    await jest.advanceTimersByTimeAsync(4_000);
    expect(commit.oldestWaitMs).toBe(7_000);
    answer(await accepted());
    await first;
    await jest.advanceTimersByTimeAsync(0);
    expect(commit.oldestWaitMs).toBe(4_000);
    answer(await accepted());
    await second;
    await jest.advanceTimersByTimeAsync(0);
    expect(commit.oldestWaitMs).toBe(0);
  });
});

function accepted(): Promise<unknown> {
  const answer = { head: '0', now_ms: '0', verdicts: null, actual: null, positions: null };
  return Promise.resolve({ rows: [answer] });
}
