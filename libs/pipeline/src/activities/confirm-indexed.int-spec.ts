import {
  allTranscribed,
  assembled,
  embedded,
  indexed,
  OWNER,
  RECORDING,
  split,
  transcribed,
  uploaded,
} from '@test/domain/some';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { deriveId, DOMAIN_EVENTS, DomainEvent, embedderName, recordingDecider } from '@voxpersona/domain';
import {
  Actors,
  ChainEnd,
  CHAIN_START,
  CommandContext,
  EventCodec,
  Position,
  PostgresKeyRing,
} from '@voxpersona/event-store';
import { migrate } from '@voxpersona/platform';
import { MissingVectors, VECTOR_STORE_MIGRATIONS, VectorStore } from '@voxpersona/vector-store';
import { randomBytes, randomUUID } from 'node:crypto';
import { JobOf } from '../jobs/job';
import { NotYet } from '../jobs/not-yet';
import { PostgresVectorRepairs } from '../vector-repairs/vector-repairs';
import { ConfirmIndexedHandler } from './confirm-indexed.handler';
import { CurrentSources } from './current-sources';
import { ConfirmIndexed } from './job-command';
import { RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

describe('Passages that were embedded', () => {
  const passageId = randomUUID();
  const event = { ...embedded(), data: { ...embedded().data, passageIds: [passageId] } };
  const NAME = embedderName(event.data.embedder);
  const vector = { passageId, vector: Float32Array.of(1, 0, 0, 0) };
  const job: JobOf<'ConfirmIndexed'> = {
    ...{ type: 'ConfirmIndexed', recordingId: RECORDING, embedding: 1 },
    source: { kind: 'transcript', transcriptVersion: 1 },
  };
  let log: TestLog;
  let actors: Actors<DomainEvent>;
  let vectors: VectorStore;
  let codec: EventCodec<DomainEvent>;
  let end: ChainEnd;
  let handler: ConfirmIndexedHandler;
  let served: Position;
  let asked: MissingVectors[];

  const context = (): CommandContext => ({
    ...{ commandId: randomUUID(), correlationId: 'c', causationId: 'c' },
    actor: { kind: 'saga', id: 'test', owner: OWNER },
  });
  async function append(...events: DomainEvent[]): Promise<void> {
    const stream = `recording-${RECORDING}`;
    const encoded = await codec.encode(stream, end, events, context(), new Date().toISOString());
    await log.store.append(stream, encoded.events, end.revision < 0 ? 'no_stream' : end.revision);
    end = encoded.end;
  }
  const confirm = (signal = new AbortController().signal): Promise<void> =>
    handler.execute(new ConfirmIndexed(job, { signal, context: context() }));
  const types = async (): Promise<string[]> => {
    const all: string[] = [];
    for await (const { type } of log.store.readStream(`recording-${RECORDING}`)) all.push(type);
    return all;
  };

  beforeEach(async () => {
    log = await createTestLog();
    await migrate(log.pool, VECTOR_STORE_MIGRATIONS);
    const keys = new PostgresKeyRing(log.pool, randomBytes(32));
    codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) => deriveId('event', id, index));
    actors = new Actors(log.store, codec);
    vectors = new VectorStore(log.pool, keys);
    end = CHAIN_START;
    asked = [];
    const repairs = {
      settle: (name: string, upTo: Position, missing: readonly MissingVectors[]) => {
        expect([name, upTo]).toEqual([NAME, 0n]);
        asked.push(...missing);
        return Promise.resolve();
      },
    };
    handler = new ConfirmIndexedHandler(
      new CurrentSources(actors),
      new RecordedEvents(log.store, codec),
      vectors,
      repairs as unknown as PostgresVectorRepairs,
      new ResultReporter(actors),
      { waitFor: (position) => Promise.resolve(served >= position) },
    );
    await append(uploaded([]), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled(), event);
    served = await log.store.head();
  });
  afterEach(() => log.close());

  it('are indexed once read models and vectors are there', async () => {
    await vectors.put(RECORDING, NAME, [vector]);
    await confirm();
    await confirm();
    expect((await types()).slice(-2)).toEqual(['PassagesEmbedded', 'Indexed']);
    const { state } = await actors.read(recordingDecider, RECORDING);
    expect(state).toMatchObject({ indexing: { isIndexed: true, awaited: [] } });
  });

  it('wait for the read models', async () => {
    await vectors.put(RECORDING, NAME, [vector]);
    served -= 1n;
    await expect(confirm()).rejects.toBeInstanceOf(NotYet);
    served += 1n;
    await confirm();
    expect((await types()).at(-1)).toBe('Indexed');
  });

  it('wait for missing vectors, and have them made', async () => {
    await expect(confirm()).rejects.toBeInstanceOf(NotYet);
    expect(asked).toMatchObject([{ recordingId: RECORDING, passageIds: [passageId] }]);
    await vectors.put(RECORDING, NAME, [vector]);
    await confirm();
    expect((await types()).at(-1)).toBe('Indexed');
  });

  it('do not hold up a shutdown', async () => {
    const stop = new AbortController();
    handler = Object.assign(
      Object.create(ConfirmIndexedHandler.prototype) as ConfirmIndexedHandler,
      handler,
      {
        readModels: { waitFor: () => new Promise<boolean>(() => undefined) },
      },
    );
    const waiting = confirm(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toBeInstanceOf(NotYet);
  });

  it('of an overtaken transcript are not waited for', async () => {
    served = 0n;
    await append(allTranscribed(2, 1, 0), assembled(2));
    await confirm();
    expect(await types()).not.toContain(indexed().type);
  });
});
