import { longRecording } from '@test/audio/audio';
import { isFinished, TestAnswer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { setTimeout as sleep } from 'node:timers/promises';

const TOKEN = 'the-token-of-the-operator';

interface Projections {
  projections: { name: string; generations: { generation: number; state: string; comparison: unknown }[] }[];
}

describe('What the operator asks over HTTP', () => {
  let world: ServerWithFakes;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { OPERATOR_TOKEN: TOKEN } });
    await world.server.start();
    const id = await world.server.uploaded(longRecording(2, 660), { reports: '' });
    await world.server.recordingUntil(id, isFinished);
  });
  afterAll(() => world.close());

  const post = (path: string, key: string | null = TOKEN): Promise<TestAnswer> =>
    world.server.request(path, { method: 'POST', key });
  const active = async (name: string): Promise<{ generation: number; comparison: unknown } | undefined> => {
    const { projections } = await world.server.get<Projections>('/v1/projections', TOKEN);
    return projections.find((one) => one.name === name)?.generations.find(({ state }) => state === 'active');
  };

  it.each(['recordings', 'vector-index'])('rebuilds %s, and goes back', async (name) => {
    const { status, body } = await post(`/v1/projections/${name}/rebuild`);
    expect([status, body]).toEqual([202, expect.objectContaining({ generation: 2, state: 'building' })]);
    while ((await active(name))?.generation !== 2) await sleep(50);
    expect((await active(name))?.comparison).toMatchObject({ equal: true });
    expect((await post(`/v1/projections/${name}/rollback`)).status).toBe(202);
    while ((await active(name))?.generation !== 1) await sleep(50);
    expect((await world.server.request('/v1/recordings')).body).toMatchObject({
      recordings: [expect.objectContaining({ status: 'ready' })],
    });
  });

  it('seals and verifies the log', async () => {
    expect((await post('/v1/audit/seal')).body).toMatchObject({ seal: { treeSize: expect.any(Number) } });
    const { text } = await post('/v1/audit/verify');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines.at(-1)).toMatchObject({ result: { seals: 1, listOfSealedEvents: true } });
  });

  it('is refused with what to do, and nothing changes', async () => {
    const refused = async (path: string): Promise<unknown> => (await post(path)).body;
    const of = (type: string): object => ({ type: `urn:voxpersona:problem:${type}` });
    expect(await refused('/v1/projections/poems/rebuild')).toMatchObject(of('not-found'));
    expect(await refused('/v1/projections/reports/accept')).toMatchObject(of('projection-busy'));
    expect(await refused('/v1/projections/reports/cancel')).toMatchObject(of('projection-busy'));
    expect(await refused('/v1/projections/reports/rollback')).toMatchObject(of('generation-gone'));
    expect(await active('reports')).toMatchObject({ generation: 1 });
  });

  it('takes the token of the operator, and no key of a workspace', async () => {
    for (const key of [null, 'wrong', world.server.key]) {
      expect((await world.server.request('/v1/projections', { key })).status).toBe(401);
      expect((await post('/v1/audit/verify', key)).status).toBe(401);
      expect((await post('/v1/projections/reports/rebuild', key)).status).toBe(401);
    }
    expect(await active('reports')).toMatchObject({ generation: 1 });
  });
});
