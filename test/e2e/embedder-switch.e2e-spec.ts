import { longRecording } from '@test/audio/audio';
import { writeTinyEmbeddingModel } from '@test/onnx/tiny-embedding-model';
import { isFinished, TestAnswer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MODEL = 'tiny/sentences';

interface Ready {
  providers: { embedder: { provider: string; model: string; because: string } };
  vectorIndex: {
    serving: { embedder: { provider: string; model: string }; index: { count: number } };
    building: object | null;
  };
}

describe('choosing another embedder', () => {
  let world: ServerWithFakes;
  let id: string;
  let vectors: number;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { EMBEDDINGS: 'hashing', EMBEDDINGS_MODEL: MODEL } });
    const { server, openai } = world;
    openai.hear = () => [
      { start: 0, end: 3, text: ' The room was cold and the breakfast was good.' },
      { start: 4, end: 8, text: ' The price is high.' },
    ];
    await server.start();
    id = await server.uploaded(longRecording(30, 900));
    await server.recordingUntil(id, isFinished);
    vectors = (await readyWhen((ready) => ready.vectorIndex.serving.index.count > 1)).vectorIndex.serving
      .index.count;
  });
  afterAll(() => world.close());

  const ready = async (): Promise<Ready> => (await world.server.request('/health/ready')).body as Ready;
  const readyWhen = async (enough: (ready: Ready) => boolean): Promise<Ready> => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const state = await ready();
      if (enough(state)) return state;
      if (Date.now() > deadline)
        throw new Error(`Not in time: ${JSON.stringify(state)}\n${world.server.output}`);
      await sleep(50);
    }
  };
  const search = (query: string): Promise<TestAnswer> =>
    world.server.request('/v1/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  const foundByVectors = async (query: string): Promise<boolean> => {
    const { hits } = (await search(query)).body as { hits: { foundBy: string[] }[] };
    return hits.some((hit) => hit.foundBy.includes('vectors'));
  };

  it('that cannot be had is refused with what to do, and nothing is changed', async () => {
    const { server } = world;
    await server.stop();
    server.env.EMBEDDINGS = 'transformers';
    const { code, output } = await server.startAndExit();
    expect(code).toBe(1);
    expect(output).toMatch(/EMBEDDINGS: .*tiny\/sentences/);
    expect(output).not.toMatch(/\bat .*\.js:\d+/);
    server.env.EMBEDDINGS = 'auto';
    await server.start();
    expect((await ready()).providers.embedder).toMatchObject({
      provider: 'hashing',
      because: expect.stringMatching(/^words are matched, not meanings, because .*tiny\/sentences/),
    });
    expect(await foundByVectors('cold rooms')).toBe(true);
  });

  it('embeds everything anew, beside the index that serves, and then takes over', async () => {
    const { server } = world;
    await server.stop();
    writeTinyEmbeddingModel(join(server.dataFolder, 'models', MODEL), { quantized: true });
    await server.start();
    const { vectorIndex } = await readyWhen((state) => state.vectorIndex.building === null);
    expect(vectorIndex.serving).toMatchObject({
      embedder: { provider: 'transformers', model: expect.stringMatching(/^tiny\/sentences@main\+q8#/) },
      index: { count: vectors },
    });
    expect(server.output).toMatch(/index is built beside that of hashing\//);
    expect(await foundByVectors('the room was cold')).toBe(true);
    const { events } = await server.get<{
      events: { type: string; data: { embedder?: { provider: string } } }[];
    }>(`/v1/recordings/${id}/events`);
    const embedders = events
      .filter((event) => event.type === 'PassagesEmbedded')
      .map((event) => event.data.embedder?.provider);
    expect([...embedders].sort()).toEqual(['hashing', 'hashing', 'transformers', 'transformers']);
  });

  it('whose files have changed is another one; with a file missing it is refused by name', async () => {
    const { server } = world;
    await server.stop();
    const folder = join(server.dataFolder, 'models', MODEL);
    writeTinyEmbeddingModel(folder, { quantized: true, seed: 8 });
    await server.start();
    await readyWhen((state) => state.vectorIndex.building === null);
    expect((await ready()).vectorIndex.serving.index.count).toBe(vectors);
    await server.stop();
    rmSync(join(folder, 'tokenizer.json'));
    server.env.EMBEDDINGS = 'transformers';
    const { output } = await server.startAndExit();
    expect(output.split('EMBEDDINGS: ').at(-1)).toContain('tokenizer.json');
  });

  it('leads back without embedding anything', async () => {
    const { server } = world;
    server.env.EMBEDDINGS = 'hashing';
    await server.start();
    await readyWhen((state) => state.vectorIndex.building === null);
    expect(await foundByVectors('cold rooms')).toBe(true);
    const { events } = await server.get<{ events: { type: string }[] }>(`/v1/recordings/${id}/events`);
    expect(events.filter((event) => event.type === 'PassagesEmbedded')).toHaveLength(6);
  });
});
