import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { DomainEvent, Passage } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { createPool, inTransaction, migrate } from '@voxpersona/platform';
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { PASSAGES_TABLE_SQL, passagesReadModel } from '../passages/passages.projection';
import { searchByText } from './full-text';

const owner = randomUUID();

describe('Search by words', () => {
  let database: TestDatabase;
  let pool: Pool;
  const table = 'read_passages';
  const recording = randomUUID();
  const report = randomUUID();
  const ids = new Map<string, string>();

  beforeAll(async () => {
    database = await createTestDatabase();
    const { connectionString } = database;
    pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => undefined });
    await migrate(pool, [{ name: '1', sql: PASSAGES_TABLE_SQL }]);
    await apply(embedded('en', ['The rooms were noisy at night.', 'Breakfast: fresh bread, hot coffee.']));
    await apply(embedded('ru', ['В номерах было шумно ночью.', 'Завтраки в ресторане понравились.']));
    await apply(embedded(null, ['Das Zimmer war laut, with a \u0000 in it.']));
    await apply(embedded('en', ['A report about rooms.'], { kind: 'report', reportId: report }));
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  type Source = Extract<DomainEvent, { type: 'PassagesEmbedded' }>['data']['source'];

  function embedded(
    language: string | null,
    texts: string[],
    source: Source = { kind: 'transcript', transcriptVersion: 1 },
  ): DomainEvent {
    const passages = texts.map<Passage>((text, ordinal) => {
      const id = randomUUID();
      ids.set(id, text);
      return { id, ordinal, start: 0, end: 1, text, lines: [] };
    });
    const embedder = { provider: 'p', model: 'm', dimension: 1 };
    const passageIds = passages.map((passage) => passage.id);
    return {
      type: 'PassagesEmbedded',
      data: { recordingId: recording, owner, source, language, embedder, passageIds, passages, embedding: 1 },
    };
  }

  const apply = (event: DomainEvent): Promise<void> =>
    inTransaction(pool, (transaction) =>
      passagesReadModel.apply([event as Recorded<DomainEvent>], table, transaction),
    );

  async function find(query: string, filter: object = {}): Promise<(string | undefined)[]> {
    const found = await searchByText(pool, { read_passages: table }, { owner, query, limit: 10, ...filter });
    return found.map((id) => ids.get(id));
  }

  it('finds word forms in the language of each passage', async () => {
    expect(await find('noise in my room?')).toEqual(
      expect.arrayContaining(['The rooms were noisy at night.']),
    );
    expect(await find('шумный номер')).toEqual(['В номерах было шумно ночью.']);
    expect(await find('завтрак')).toEqual(['Завтраки в ресторане понравились.']);
    expect(await find('zimmer')).toEqual([expect.stringContaining('Zimmer')]);
  });
  it('wants one of the words, and ranks by how many', async () => {
    expect((await find('bread and coffee in the room'))[0]).toBe('Breakfast: fresh bread, hot coffee.');
  });
  it('filters by source, recording and owner', async () => {
    expect(await find('rooms', { sources: ['report'] })).toEqual(['A report about rooms.']);
    expect(await find('rooms', { recordingIds: [randomUUID()] })).toEqual([]);
    expect(await find('rooms', { owner: randomUUID() })).toEqual([]);
  });
  it.each([
    '',
    'the',
    '\u0000',
    "'; DROP TABLE read_passages; --",
    '& | ! ( ) <-> :*',
    '"',
    'x'.repeat(50_000),
  ])('takes %j without harm', async (query) => expect(await find(query)).toEqual([]));
  it('forgets a report that is erased, and a transcript that a new one overtakes', async () => {
    await apply({ type: 'ReportErased', data: { reportId: report, recordingId: recording } });
    expect(await find('rooms', { sources: ['report'] })).toEqual([]);
    const lines = [{ start: 0, end: 1, text: 'x', speaker: null }];
    await apply({
      type: 'TranscriptAssembled',
      data: { recordingId: recording, transcriptVersion: 2, language: 'en', lines, gaps: [], wordCount: 1 },
    });
    expect(await find('rooms bread завтрак zimmer')).toEqual([]);
  });
  it('forgets what is rejected, and finds what is current again', async () => {
    const before = embedded('en', ['The shower was cold.']);
    const data = { recordingId: recording, transcriptVersion: 2, reportIds: [] };
    const restored = {
      ...{ transcriptVersion: 1, isSilent: false, language: 'en', wordCount: 4, reportIds: [] },
    };
    await apply(embedded('en', ['A shower of rain.'], { kind: 'transcript', transcriptVersion: 2 }));
    await apply(embedded('en', ['A report about the shower.'], { kind: 'report', reportId: report }));
    await apply({ type: 'TranscriptRejected', data: { ...data, restored: null } });
    await apply({ type: 'ReportRejected', data: { reportId: report, recordingId: recording } });
    expect(await find('shower')).toEqual(['A shower of rain.']);
    await apply({ type: 'TranscriptRejected', data: { ...data, restored } });
    expect(await find('shower')).toEqual([]);
    await apply(before);
    expect(await find('shower')).toEqual(['The shower was cold.']);
  });
});
