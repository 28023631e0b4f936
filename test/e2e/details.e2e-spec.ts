import { longRecording } from '@test/audio/audio';
import { TestAnswer, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { newMember } from '@test/server/workspace-fixture';
import { createVoxPersonaClient, Shapes, VoxPersonaClient } from '@voxpersona/client';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

type Details = Record<string, string | null>;

let sound = 970;
/** Audio that nobody has sent yet. */
const someSpeech = (): string => longRecording(2, (sound += 1));

describe('details of a recording', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;
  let client: VoxPersonaClient;

  beforeAll(async () => {
    fakes = await serverWithFakes();
    ({ server } = fakes);
    await server.start();
    client = createVoxPersonaClient(server.url, server.key);
  });
  afterAll(() => fakes.close());

  const send = (details: Details, more: Record<string, string> = {}): Promise<TestAnswer> =>
    server.upload(someSpeech(), { details: JSON.stringify(details), reports: '', ...more });
  const sent = (details: Details, more: Record<string, string> = {}): Promise<string> =>
    server.uploaded(someSpeech(), { details: JSON.stringify(details), reports: '', ...more });
  const patch = (id: string, body: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> =>
    server.request(`/v1/recordings/${id}/details`, {
      ...{ method: 'PATCH', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', ...headers },
    });
  const patched = async (id: string, body: unknown): Promise<string> => {
    const { status, text, body: answer } = await patch(id, body);
    if (status !== 200) throw new Error(`PATCH: ${status} ${text}`);
    return (answer as { position: string }).position;
  };
  const invalid = (detail: RegExp): object => ({
    ...{ status: 422, type: 'urn:voxpersona:problem:invalid-details' },
    detail: expect.stringMatching(detail),
  });

  it('are stored as they mean, and what is missing is told', async () => {
    const id = await sent({
      ...{ date: '23.11.2026', employee: 'ИВАН  ПЕТРОВ', buildingType: 'Отель', tags: '#Spa, noise, #spa' },
      room: ' 12 ',
    });
    const params = { path: { id } };
    const details = {
      ...{ date: '2026-11-23', employee: 'Иван Петров', buildingType: 'hotel', tags: 'spa, noise' },
      room: '12',
    };
    const missing = ['client', 'place'];
    const { data } = await client.GET('/v1/recordings/{id}/details', { params });
    expect(data).toEqual({ scenario: 'interview', details, missing, version: 0 });
    expect(await server.get(`/v1/recordings/${id}`)).toMatchObject({ details, missing });
  });

  it('change with the scenario, which lists then filter by', async () => {
    const id = await sent({ date: '2026-11-23' });
    const params = { path: { id } };
    const changed = await client.PATCH('/v1/recordings/{id}/details', {
      params,
      body: { scenario: 'design-audit', details: { auditNumber: '№ 17', date: null } },
    });
    expect(changed.data).toMatchObject({
      ...{ scenario: 'design-audit', details: { auditNumber: '17' }, version: 1 },
      missing: ['date', 'employee', 'place', 'buildingType', 'zone', 'city'],
    });
    const { position } = changed.data as Shapes['ChangedDetails'];
    const list = await server.get<Shapes['RecordingsPage']>(
      `/v1/recordings?scenario=design-audit&after=${position}`,
    );
    expect(list.recordings.map((one) => one.id)).toEqual([id]);
    const interviews = await server.get<Shapes['RecordingsPage']>('/v1/recordings?scenario=interview');
    expect(interviews.recordings.map((one) => one.id)).not.toContain(id);
    const { body } = await patch(id, { scenario: 'note', details: {} });
    expect(body).toMatchObject({ scenario: 'note', missing: [], version: 2 });
  });

  it('may still be sent alone, be one of them named "scenario"', async () => {
    const id = await sent({});
    const { status, body } = await patch(id, { scenario: 'as it was', details: 'free', city: 'Bonn' });
    expect([status, body]).toMatchObject([
      200,
      { scenario: 'interview', details: { scenario: 'as it was', details: 'free', city: 'Bonn' } },
    ]);
  });

  it('leave things as they are when they say nothing new, in other words', async () => {
    const id = await sent({ date: '2026-11-23', employee: 'Ivan Petrov' });
    const { body, headers } = await patch(id, {
      ...{ scenario: 'interview', details: { date: '23/11/2026', employee: 'IVAN PETROV' } },
    });
    expect([body, headers.get('etag')]).toMatchObject([{ version: 0 }, '"d0"']);
  });

  describe('that cannot be taken', () => {
    it('are refused all at once at the upload, of which nothing is kept', async () => {
      const objects = (): string[] =>
        readdirSync(join(server.dataFolder, 'objects'), { recursive: true, encoding: 'utf8' });
      const before = objects().filter((path) => path.includes('/original'));
      const { body } = await send({ date: '31.02.2026', buildingType: 'castle', city: 'Bonn' });
      expect(body).toMatchObject(invalid(/^date: .*2026-11-23.* buildingType: .*hotel/));
      expect(objects().filter((path) => path.includes('/original'))).toEqual(before);
    });

    it.each<[Details, RegExp]>([
      [{ date: 'yesterday' }, /^date: /],
      [{ date: '11/23/2026' }, /^date: /],
      [{ employee: '' }, /^employee: /],
      [{ client: '12' }, /^client: .*letters/],
      [{ place: 'x'.repeat(201) }, /^place: .*200/],
      [{ zone: 'a\u0007b' }, /^zone: .*control/],
      [{ tags: ', #' }, /^tags: /],
    ])('are refused when they change: %j', async (details, detail) => {
      const id = await sent({ city: 'Bonn' });
      expect((await patch(id, details)).body).toMatchObject(invalid(detail));
      expect((await patch(id, { scenario: 'note', details })).body).toMatchObject(invalid(detail));
      expect(await server.get(`/v1/recordings/${id}/details`)).toMatchObject({
        ...{ scenario: 'interview', details: { city: 'Bonn' }, version: 0 },
      });
    });

    it.each<[unknown]>([
      [{ scenario: 'party', details: {} }],
      [{ scenario: null, details: {} }],
      [{ details: { city: 5 } }],
      [{ details: {}, city: 'Bonn' }],
      [{ details: ['a list'] }],
      [{ details: null, scenario: 5 }],
      [['a list']],
      ['text'],
    ])('nor be understood: %j', async (body) => {
      const id = await sent({});
      const answer = await patch(id, body);
      expect([answer.status, answer.body]).toMatchObject([
        400,
        { type: 'urn:voxpersona:problem:invalid-request' },
      ]);
    });
  });

  describe('name places and people', () => {
    const list = async <T>(path: string): Promise<T[]> => {
      const body = await server.get<Record<string, T[]>>(path);
      return body.places ?? body.people ?? [];
    };
    const places = (query: string): Promise<Shapes['Place'][]> => list(`/v1/places?${query}`);
    const people = (query: string): Promise<Shapes['Person'][]> => list(`/v1/people?${query}`);

    it('that are reused whatever their spelling, and go with the last recording', async () => {
      const first = await sent({
        ...{ place: '«Бристоль»', city: 'Псков', buildingType: 'гостиница', zone: 'спа' },
        ...{ employee: 'Семён Зорин', client: 'Ada Quill' },
      });
      const second = await sent({ place: 'ada' });
      const position = await patched(second, { place: 'Бристоль', city: 'ПСКОВ', employee: 'СЕМЕН ЗОРИН' });
      const [place, ...others] = await places(`q=бристоль&after=${position}`);
      expect(others).toEqual([]);
      expect(place).toEqual({
        ...{ id: expect.any(String), name: 'Бристоль', city: 'ПСКОВ', buildingType: 'hotel' },
        ...{ timesUsed: 2, lastUsedAt: expect.stringMatching(/^\d{4}-/) },
      });
      expect(await people('q=семён&role=employee')).toMatchObject([
        { name: 'Семен Зорин', roles: ['employee'], timesUsed: 2 },
      ]);
      expect(await people('q=quill&role=employee')).toEqual([]);
      // A recording keeps what was said of it.
      expect(await server.get(`/v1/recordings/${first}`)).toMatchObject({ details: { city: 'Псков' } });

      const erased = await server.request(`/v1/recordings/${second}`, { method: 'DELETE' });
      const after = (erased.body as { position: string }).position;
      expect(await places(`q=бристоль&after=${after}`)).toMatchObject([
        { id: place?.id, name: '«Бристоль»', timesUsed: 1 },
      ]);
      const last = await server.request(`/v1/recordings/${first}`, { method: 'DELETE' });
      expect(await places(`q=бристоль&after=${(last.body as { position: string }).position}`)).toEqual([]);
      expect(await people('q=quill')).toEqual([]);
    });

    it('page by page, last used first', async () => {
      for (const place of ['Pageable one', 'Pageable two', 'Pageable three']) await sent({ place });
      const first = await client.GET('/v1/places', { params: { query: { q: 'pageable', limit: 2 } } });
      const page = first.data as Shapes['PlacesPage'];
      expect(page.places.map(({ name }) => name)).toEqual(['Pageable three', 'Pageable two']);
      const rest = await server.get<Shapes['PlacesPage']>(`/v1/places?q=pageable&cursor=${page.next!}`);
      expect([rest.places.map(({ name }) => name), rest.next]).toEqual([['Pageable one'], null]);
    });

    it('to every member, and to nobody without a key', async () => {
      await sent({ place: 'Members only' });
      const auditor = await newMember(server, server.key, 'auditor');
      const seen = await server.get<Shapes['PlacesPage']>('/v1/places?q=members', auditor.key);
      expect(seen.places).toHaveLength(1);
      expect((await server.request('/v1/people', { key: null })).status).toBe(401);
    });

    it.each(['q=', `q=${'x'.repeat(201)}`, 'q=%00', 'role=cook', 'limit=0', 'cursor=abc', 'colour=red'])(
      'not by what is not understood: %s',
      async (query) => {
        expect((await server.request(`/v1/people?${query}`)).status).toBe(400);
      },
    );
  });
});
