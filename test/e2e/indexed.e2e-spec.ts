import { longRecording } from '@test/audio/audio';
import { withDatabaseOf } from '@test/server/dump-database';
import { isFinished } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { setTimeout as sleep } from 'node:timers/promises';

interface Entry {
  type: string;
  position: string;
  data: { embedding?: number; source?: { kind: string } };
}

describe('A recording that is ready', () => {
  let world: ServerWithFakes;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { EMBEDDINGS: 'hashing' } });
    world.openai.hear = () => [{ start: 0, end: 3, text: ' The room was cold and the breakfast was good.' }];
    await world.server.start();
  });
  afterAll(() => world.close());

  const trail = async (id: string): Promise<Entry[]> =>
    (await world.server.get<{ events: Entry[] }>(`/v1/recordings/${id}/events`)).events;
  const searchable = async (id: string): Promise<boolean> =>
    (await world.server.get<{ searchable: boolean }>(`/v1/recordings/${id}`)).searchable;
  const database = (sql: string) => withDatabaseOf(world.server.dataFolder, (client) => client.query(sql));

  it('is found by words and by vectors, and each time that it was embedded is told once', async () => {
    const { server } = world;
    const { body } = await server.upload(longRecording(30, 930));
    const { id, position } = body as { id: string; position: string };
    await server.get(`/v1/recordings/${id}?after=${position}`);
    const done = await server.recordingUntil(id, (one) => isFinished(one) && one.reports.length > 0);
    expect([done.status, await searchable(id)]).toEqual(['ready', true]);
    const ofType = (events: Entry[], type: string): Entry[] => events.filter((one) => one.type === type);
    const mine = (await trail(id)).filter(({ data }) => data.source?.kind === 'transcript');
    expect(mine.map(({ type, data }) => [type, data.embedding])).toEqual([
      ['PassagesEmbedded', 1],
      ['Indexed', 1],
    ]);
    const response = await server.request(
      `/v1/search?after=${position.split('.')[0]!}.${mine.at(-1)!.position}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'cold rooms', recordingIds: [id], sources: ['transcript'] }),
      },
    );
    expect(response.status).toBe(200);
    const { hits } = response.body as { hits: { foundBy: string[] }[] };
    expect(hits[0]?.foundBy.toSorted()).toEqual(['vectors', 'words']);
    // The report comes into the search by itself.
    let events = await trail(id);
    while (ofType(events, 'Indexed').length < ofType(events, 'AnalysisCompleted').length + 1) {
      await sleep(50);
      events = await trail(id);
    }
    expect(ofType(events, 'Indexed')).toHaveLength(ofType(events, 'PassagesEmbedded').length);
  });

  it('is not, before the read models hold its passages', async () => {
    const { server } = world;
    await database(`
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END $$;
      CREATE TRIGGER hold BEFORE INSERT ON read_passages EXECUTE FUNCTION hold();`);
    await withDatabaseOf(server.dataFolder, async (client) => {
      await client.query('SELECT pg_advisory_lock(4711)');
      const id = await server.uploaded(longRecording(30, 931), { reports: '' });
      let events = await trail(id);
      while (!events.some(({ type }) => type === 'PassagesEmbedded')) {
        await sleep(50);
        events = await trail(id);
      }
      // Whoever waits for its turn is seen as waiting for the lock.
      const isHeld = async (): Promise<boolean> =>
        ((
          await client.query(
            `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted`,
          )
        ).rowCount ?? 0) > 0;
      while (!(await isHeld())) await sleep(20);
      expect((await trail(id)).map(({ type }) => type)).not.toContain('Indexed');
      await client.query('SELECT pg_advisory_unlock(4711)');
      await server.recordingUntil(id, isFinished);
      expect((await trail(id)).filter(({ type }) => type === 'Indexed')).toHaveLength(1);
    });
    await database('DROP TRIGGER hold ON read_passages');
  });
});
