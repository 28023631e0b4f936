import { OWNER, uploaded } from '@test/domain/some';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { DomainEvent, ERASED, placeIdOf } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { inTransaction, migrate } from '@voxpersona/platform';
import { VECTOR_STORE_MIGRATIONS } from '@voxpersona/vector-store';
import { randomUUID } from 'node:crypto';
import { PROJECTION_MIGRATIONS } from '../migrations';
import {
  DirectoryFilter,
  ListPeople,
  ListPeopleHandler,
  ListPlaces,
  ListPlacesHandler,
  PersonRole,
  PersonView,
  PlaceView,
} from '../queries/directory-queries';
import { KeysetPosition, Page } from '../queries/keyset';
import { documentReadModel } from '../runner/document-projection';
import { directoryProjection } from './directory.projection';

const [ANN, BEA] = [randomUUID(), randomUUID()];
const OTHER_OWNER = randomUUID();
type Details = Record<string, string>;

describe('The directory of places and people', () => {
  let world: TestLog;
  let position = 0;
  const model = documentReadModel(directoryProjection);

  beforeAll(async () => {
    world = await createTestLog();
    await migrate(world.pool, [...VECTOR_STORE_MIGRATIONS, ...PROJECTION_MIGRATIONS]);
  });
  beforeEach(() => world.pool.query('DELETE FROM read_directory'));
  afterAll(() => world.close());

  async function apply(event: DomainEvent, member?: string): Promise<void> {
    position += 1;
    const recordedAt = new Date(Date.UTC(2026, 10, 24) + position * 1_000).toISOString();
    const actor = { kind: 'api-key', id: 'k', owner: OWNER, ...(member !== undefined && { member }) };
    const recorded = { ...event, position: BigInt(position), metadata: { recordedAt, actor } };
    await inTransaction(world.pool, (transaction) =>
      model.apply([recorded as unknown as Recorded<DomainEvent>], model.table, transaction),
    );
  }
  async function upload(details: Details | typeof ERASED, member = ANN, owner = OWNER): Promise<string> {
    const recordingId = randomUUID();
    await apply({ type: 'AudioUploaded', data: { ...uploaded().data, recordingId, owner, details } }, member);
    return recordingId;
  }
  const provide = (recordingId: string, details: Details, member = ANN): Promise<void> =>
    apply(
      { type: 'DetailsProvided', data: { recordingId, scenario: null, details, detailsVersion: 1 } },
      member,
    );
  const erase = (recordingId: string): Promise<void> =>
    apply({
      type: 'RecordingErased',
      data: { recordingId, owner: OWNER, claimId: randomUUID(), reportIds: [] },
    });

  const placesPage = (
    filter: DirectoryFilter = {},
    limit = 50,
    after: KeysetPosition | null = null,
    owner = OWNER,
  ): Promise<Page<PlaceView>> =>
    new ListPlacesHandler(world.pool).execute(new ListPlaces({ owner, limit, after }, filter));
  const places = async (filter: DirectoryFilter = {}): Promise<PlaceView[]> =>
    (await placesPage(filter)).rows;
  const people = async (filter: DirectoryFilter & { role?: PersonRole } = {}): Promise<PersonView[]> => {
    const list = new ListPeople({ owner: OWNER, limit: 50, after: null }, filter);
    return (await new ListPeopleHandler(world.pool).execute(list)).rows;
  };
  const names = (all: readonly { name: string }[]): string[] => all.map(({ name }) => name);

  it('makes spellings of one name in one city one place, under the newest spelling', async () => {
    await upload({ place: '«Гранд Отель»', city: 'Берлин', buildingType: 'отель' });
    await upload({ place: 'Гранд-отель', city: 'БЕРЛИН' });
    await upload({ place: 'Гранд отель', city: 'Бонн' });
    await upload({ place: 'Гранд отель' });
    expect(await places()).toMatchObject([
      { name: 'Гранд отель', city: null, buildingType: null, timesUsed: 1 },
      { name: 'Гранд отель', city: 'Бонн', timesUsed: 1 },
      {
        id: placeIdOf(OWNER, 'гранд отель', 'берлин'),
        ...{ name: 'Гранд-отель', city: 'БЕРЛИН', buildingType: 'hotel', timesUsed: 2 },
        lastUsedAt: expect.stringMatching(/^2026-11-24T/),
      },
    ]);
  });

  it('finds people by their part and by any spelling', async () => {
    await upload({ employee: 'Семён Петров', client: 'Ann' });
    await upload({ employee: 'Ann', client: 'ann' });
    expect(await people()).toMatchObject([
      { name: 'Ann', roles: ['client', 'employee'], timesUsed: 2 },
      { name: 'Семён Петров', roles: ['employee'], timesUsed: 1 },
    ]);
    expect(await people({ role: 'employee' })).toMatchObject([
      { name: 'Ann', roles: ['employee'], timesUsed: 1 },
      { name: 'Семён Петров' },
    ]);
    expect(names(await people({ q: 'СЕМЕН' }))).toEqual(['Семён Петров']);
    expect(names(await people({ q: '%' }))).toEqual([]);
    expect(names(await people({ q: 'семен', role: 'client' }))).toEqual([]);
    await upload({ place: 'Adlon', city: 'Berlin' });
    expect(names(await places({ q: 'berl' }))).toEqual(['Adlon']);
    expect(await places({ q: 'bonn' })).toEqual([]);
  });

  it('follows details as they change, and counts a use only where the name is said anew', async () => {
    const first = await upload({ place: 'Adlon' });
    await upload({ place: 'Savoy' });
    await provide(first, { place: 'Adlon', zone: 'spa' });
    expect(names(await places())).toEqual(['Savoy', 'Adlon']);
    await provide(first, { place: 'Ritz', client: 'Ann' });
    expect(names(await places())).toEqual(['Ritz', 'Savoy']);
    expect(names(await people())).toEqual(['Ann']);
    await provide(first, {});
    expect(names(await places())).toEqual(['Savoy']);
    expect(await people()).toEqual([]);
  });

  it('lets an entity go with the last recording that names it, and nothing come back', async () => {
    const [one, other] = [await upload({ place: 'Adlon' }), await upload({ place: 'ADLON' })];
    await erase(other);
    expect(await places()).toMatchObject([{ name: 'Adlon', timesUsed: 1 }]);
    await erase(one);
    await provide(one, { place: 'Adlon' });
    expect(await places()).toEqual([]);
    const { rows } = await world.pool.query('SELECT * FROM read_directory');
    expect(rows).toEqual([]);
  });

  it('takes nothing from what is erased already, nor from what nobody checked and that cannot be', async () => {
    await upload(ERASED);
    await upload({ employee: '17', place: ' ', client: 'x'.repeat(2_000) });
    await upload({ place: 'Adlon', buildingType: 'castle', city: '—' });
    expect(await places()).toMatchObject([{ name: 'Adlon', city: null, buildingType: null }]);
    expect(await people()).toEqual([]);
  });

  it('comes page by page, each once, those first that a member used when asked so', async () => {
    for (const place of ['A', 'B', 'C', 'D', 'E']) await upload({ place }, place === 'B' ? BEA : ANN);
    const all = async (filter: DirectoryFilter): Promise<string[]> => {
      const found: PlaceView[] = [];
      let after: KeysetPosition | null = null;
      do {
        const { rows, next }: Page<PlaceView> = await placesPage(filter, 2, after);
        found.push(...rows);
        after = next;
      } while (after !== null);
      return names(found);
    };
    expect(await all({})).toEqual(['E', 'D', 'C', 'B', 'A']);
    expect(await all({ memberId: BEA })).toEqual(['B', 'E', 'D', 'C', 'A']);
  });

  it('keeps workspaces apart', async () => {
    await upload({ place: 'Adlon' });
    await upload({ place: 'Savoy' }, ANN, OTHER_OWNER);
    expect(names(await places())).toEqual(['Adlon']);
    expect(names((await placesPage({}, 50, null, OTHER_OWNER)).rows)).toEqual(['Savoy']);
  });
});
