import { appendFormer, formerHistory, formerVersions, founderOf } from '@test/history/former-versions';
import { appendHistories } from '@test/history/histories';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { proofSize } from '@test/proof-size';
import { deriveId, DOMAIN_EVENTS, DomainEvent } from '@voxpersona/domain';
import { EventCodec, everyEvent, PostgresKeyRing, Position, Recorded } from '@voxpersona/event-store';
import { inTransaction, migrate } from '@voxpersona/platform';
import { VECTOR_STORE_MIGRATIONS } from '@voxpersona/vector-store';
import { randomBytes } from 'node:crypto';
import { PROJECTION_MIGRATIONS } from '../migrations';
import { directoryProjection } from '../directory/directory.projection';
import { READ_MODELS } from '../read-models';
import { recordingsProjection } from '../recordings/recordings.projection';
import { reportsProjection } from '../reports/reports.projection';
import { DocumentProjection, foldDocument } from '../runner/document-projection';
import { transcriptsProjection } from '../transcripts/transcripts.projection';
import { ReadModel } from './read-model';

const MOMENTS = proofSize({ short: 25, full: 200 });

describe('Replaying a log', () => {
  let world: TestLog;
  let codec: EventCodec<DomainEvent>;

  beforeEach(async () => {
    world = await createTestLog();
    await migrate(world.pool, [...VECTOR_STORE_MIGRATIONS, ...PROJECTION_MIGRATIONS]);
    const keys = new PostgresKeyRing(world.pool, randomBytes(32));
    codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) => deriveId('event', id, index));
  });
  afterEach(() => world.close());

  async function decodeAll(): Promise<Recorded<DomainEvent>[]> {
    const events: Recorded<DomainEvent>[] = [];
    for await (const stored of everyEvent(world.store)) {
      const decoded = await codec.decode(stored);
      if (decoded.known) events.push(decoded.event);
    }
    return events;
  }

  const passes = ({ filter }: ReadModel, { stream, type }: Recorded<DomainEvent>): boolean =>
    (filter.types?.includes(type) ?? true) &&
    (filter.streamPrefixes?.some((prefix) => stream.startsWith(prefix)) ?? true);

  async function replay(model: ReadModel, events: readonly Recorded<DomainEvent>[]): Promise<void> {
    const wanted = events.filter((event) => passes(model, event));
    await inTransaction(world.pool, async (transaction) => {
      await transaction.query(`DELETE FROM ${model.table}`);
      if (wanted.length > 0) await model.apply(wanted, model.table, transaction);
    });
  }

  const rowsOf = async (table: string): Promise<Map<string, unknown>> => {
    const { rows } = await world.pool.query<{ id: string; document: unknown }>(
      `SELECT id, document FROM ${table}`,
    );
    return new Map(rows.map(({ id, document }) => [id, document]));
  };

  it('that holds every former version of every event gives the read models of today', async () => {
    const { ownerId, recordingId, events } = formerHistory();
    // A version that is left behind has to be added there, as it was written.
    const held = new Set(events.map(({ type, schemaVersion }) => `${type} ${schemaVersion}`));
    expect(formerVersions().filter((version) => !held.has(version))).toEqual([]);
    await appendFormer(world.store, events);
    const decoded = await decodeAll();
    expect(decoded).toHaveLength(events.length);
    for (const model of READ_MODELS) await replay(model, decoded);
    const recording = (await rowsOf('read_recordings')).get(recordingId);
    expect(recording).toMatchObject({
      ...{ owner: ownerId, fileName: 'old.mp3', assembledVersion: 1, cost: { usd: 1 }, failures: [] },
      // No `Indexed` followed what was embedded then.
      indexedVersion: 1,
      chunks: [
        { status: 'transcribed', gaps: [], removed: [] },
        { status: 'transcribed', gaps: [{ start: 9, end: 10, code: 'text_on_silence' }], removed: [] },
      ],
    });
    expect((await rowsOf('read_directory')).get(`${recordingId}/place`)).toMatchObject({
      named: { name: 'Adlon', city: 'Berlin' },
    });
    expect((await rowsOf('read_transcripts')).get(recordingId)).toMatchObject({ version: 1, wordCount: 4 });
    expect((await rowsOf('read_members')).get(founderOf(ownerId))).toMatchObject({ role: 'owner' });
    expect((await rowsOf('read_api_keys')).get('k1')).toMatchObject({
      ...{ owner: ownerId, memberId: founderOf(ownerId), scopes: null, expiresAt: null },
    });
  });

  it(
    `up to ${MOMENTS} positions gives what a look back from today gives`,
    async () => {
      await appendHistories(world.store, codec, 260, { width: 3 });
      const events = await decodeAll();
      const projections: [DocumentProjection<object>, string][] = [
        [recordingsProjection, 'read_recordings'],
        [transcriptsProjection, 'read_transcripts'],
        [reportsProjection, 'read_reports'],
        [directoryProjection, 'read_directory'],
      ];
      for (let turn = 0; turn < MOMENTS; turn += 1) {
        const upTo: Position = events[Math.floor(Math.random() * events.length)]!.position;
        const until = events.filter(({ position }) => position <= upTo);
        for (const [projection, table] of projections) {
          await replay(
            READ_MODELS.find((model) => model.table === table)!,
            until,
          );
          const ids = new Set(events.flatMap((event) => projection.idsOf(event)));
          const folded = [...ids].flatMap((id) => {
            const row = foldDocument(projection, until, id);
            return row ? [[id, JSON.parse(JSON.stringify(row)) as unknown] as const] : [];
          });
          expect(new Map(folded.sort())).toEqual(new Map([...(await rowsOf(table))].sort()));
        }
      }
    },
    10 * 60_000,
  );
});
