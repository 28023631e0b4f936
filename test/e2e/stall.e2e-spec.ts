import { someEvent } from '@test/event-store-contract/event-store-contract';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { proofSize } from '@test/proof-size';
import { Cable, hasNetworkNamespaces, WITHOUT_NETWORK } from '@test/stall/cable';
import { WritingProcess } from '@test/stall/writing-process';
import {
  EventStore,
  everyEvent,
  ExpectedRevision,
  StoredEvent,
  WrongExpectedRevision,
} from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const { stops, cuts, longCuts } = proofSize({
  short: { stops: 5, cuts: 3, longCuts: 0 },
  full: { stops: 50, cuts: 20, longCuts: 2 },
});
const STREAMS = 8;
/** Within which other processes must append. */
const BOUND_MS = 5_000;
/** A batch takes some milliseconds: a random moment of this time lies anywhere in one. */
const MOMENT_MS = 25;
/** Longer than a writer waits for the answer to a batch. */
const LONG_CUT_MS = 14_000;

/** A writer that hangs, and the others beside it. */
describe('A writer that hangs in the middle of a batch', () => {
  let log: TestLog;
  let writer: WritingProcess;
  /** Milliseconds that the others took for an append, one per hanging. */
  let waits: number[];
  /** Ids of what the others wrote to the writer's streams. */
  let rivals: Set<string>;

  beforeEach(async () => {
    log = await createTestLog();
    waits = [];
    rivals = new Set();
  });
  afterEach(async () => {
    writer.go();
    writer.kill();
    await log.close();
  });

  const streams = (): string[] => Array.from({ length: STREAMS }, () => `stalled-${randomUUID()}`);

  /** What others do while it hangs: they append to a stream of their own, and get ahead of it in each of its streams. */
  async function othersAppend(): Promise<void> {
    const startedAt = performance.now();
    await log.store.append(`other-${randomUUID()}`, [someEvent()], 'no_stream');
    waits.push(performance.now() - startedAt);
    for (const stream of writer.streams) rivals.add(await getAhead(log.store, stream));
  }

  async function hang(begin: () => void, end: () => void, ms = 0): Promise<void> {
    await writer.progress('written');
    await sleep(Math.random() * MOMENT_MS);
    begin();
    await othersAppend();
    await sleep(ms);
    // Everything that it sends from now on comes too late.
    const fenced = writer.progress('fenced');
    end();
    await fenced;
  }

  /** Nobody waited for long, and every event that was acknowledged is in its place, once; no other is there. */
  async function expectAllWell(): Promise<void> {
    await writer.progress('written');
    await writer.end();
    expect(Math.max(...waits)).toBeLessThan(BOUND_MS);
    const events: StoredEvent[] = [];
    for await (const event of everyEvent(log.store)) events.push(event);
    expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => BigInt(index + 1)));
    const own = events.filter(({ stream, id }) => writer.streams.includes(stream) && !rivals.has(id));
    expect(new Map(own.map(({ id, stream }) => [id, stream]))).toEqual(writer.written);
    for (const stream of writer.streams) {
      const revisions = events.filter((event) => event.stream === stream).map(({ revision }) => revision);
      expect(revisions).toEqual([...revisions.keys()]);
    }
  }

  it(
    `stopped ${stops} times: the others append within ${BOUND_MS / 1_000} s, and it is fenced when it wakes`,
    async () => {
      writer = new WritingProcess(streams());
      writer.begin(log.connectionString);
      for (let n = 0; n < stops; n += 1) {
        await hang(
          () => writer.stop(),
          () => writer.go(),
        );
      }
      await expectAllWell();
    },
    10 * 60_000,
  );

  const ifPermitted = hasNetworkNamespaces() ? it : it.skip;
  ifPermitted(
    `unplugged ${cuts + longCuts} times (needs network namespaces): the same`,
    async () => {
      writer = new WritingProcess(streams(), WITHOUT_NETWORK);
      const cable = new Cable(log.connectionString, writer.pid);
      try {
        writer.begin(await cable.plugIn());
        for (let n = 0; n < cuts + longCuts; n += 1) {
          await hang(
            () => cable.cut(),
            () => cable.mend(),
            n < cuts ? 0 : LONG_CUT_MS,
          );
        }
        await expectAllWell();
      } finally {
        cable.close();
      }
    },
    10 * 60_000,
  );
});

/** Appends to a stream that somebody else may still be writing. @returns the event's id */
async function getAhead(store: EventStore, stream: string): Promise<string> {
  const rival = someEvent();
  for (;;) {
    const end = await endOf(store, stream);
    try {
      await store.append(stream, [rival], end);
      return rival.id;
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }
}

async function endOf(store: EventStore, stream: string): Promise<ExpectedRevision> {
  for await (const { revision } of store.readStream(stream, { direction: 'backwards' })) return revision;
  return 'no_stream';
}
