import { FORMATS, longRecording } from '@test/audio/audio';
import { isFinished, TestAnswer, TestServer } from '@test/server/test-server';
import { post } from '@test/server/workspace-fixture';
import { BotWorld, openBotWorld, see } from '@test/telegram/bot-world';
import { openAsBlob, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Listed {
  recordings: { id: string; fileName: string; status: string }[];
}

/** An earlier build deleted audio whose recording was in the log. Whoever sends the file again brings it back. */
describe('A recording whose original is missing', () => {
  let world: BotWorld;
  let server: TestServer;

  beforeAll(async () => {
    world = await openBotWorld();
    ({ server } = world);
  });
  afterAll(() => world.close());

  const folderOf = (id: string): string => join(server.dataFolder, 'objects', 'recordings', id);
  const originalsOf = (id: string): string[] =>
    readdirSync(folderOf(id)).filter((name) => /^original(-[0-9a-f-]+)?$/.test(name));
  const lose = (id: string): void => {
    for (const name of originalsOf(id)) rmSync(join(folderOf(id), name));
  };
  const audio = (id: string, init: RequestInit = {}, query = ''): Promise<TestAnswer> =>
    server.request(`/v1/recordings/${id}/audio${query}`, init);
  const expectProblem = ({ status, body }: TestAnswer): void => {
    expect([status, body]).toMatchObject([409, { type: 'urn:voxpersona:problem:original-missing' }]);
  };
  const expectAudio = async (id: string, file: string): Promise<void> => {
    const response = await fetch(`${server.url}/v1/recordings/${id}/audio`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(readFileSync(file))).toBe(true);
  };

  /** What `vox audio check` writes; it ends with 1 where it finds something. */
  const check = (): Promise<string> =>
    server.vox('audio', 'check').catch((error: unknown) => (error as { stdout: string }).stdout);

  it('says so, with what to do, wherever its audio is asked for', async () => {
    const file = longRecording(2, 701);
    const id = await server.uploaded(file);
    await server.recordingUntil(id, isFinished);
    lose(id);
    expectProblem(await audio(id));
    expect((await audio(id, { method: 'HEAD' })).status).toBe(409);
    expectProblem(await audio(id, { headers: { range: 'bytes=0-9' } }));
    // Clips are cut from the listening copy.
    expect((await audio(id, {}, '?from=0&to=1')).status).toBe(200);
    expect(await check()).toContain(`missing  recording ${id}`);

    const again = await server.upload(file);
    expect([again.status, again.body]).toMatchObject([202, { id, duplicate: false, restored: true }]);
    await expectAudio(id, file);
    // It was finished before: nothing is done again.
    const { status } = await server.recordingUntil(id, isFinished);
    expect(status).toBe('ready');
    const third = await server.upload(file);
    expect([third.status, third.body]).toMatchObject([200, { id, duplicate: true, restored: false }]);
    expect(await check()).toContain('0 are missing or altered');
  });

  it('is told from one that was altered by its bytes, when they are read', async () => {
    const file = longRecording(2, 702);
    const id = await server.uploaded(file);
    await server.recordingUntil(id, isFinished);
    const [name = ''] = originalsOf(id);
    const path = join(folderOf(id), name);
    writeFileSync(path, Buffer.alloc(readFileSync(path).length));
    expect(await check()).toContain(`altered  recording ${id}`);
    rmSync(path);
    expect((await server.upload(file)).body).toMatchObject({ id, restored: true });
  });

  /** A recording that failed because its original was gone before it was split. */
  async function failed(seed: number, send: () => Promise<string>): Promise<string> {
    // Splitting waits behind a longer recording: time to lose the original.
    await server.uploaded(longRecording(240, seed), { reports: '' });
    const id = await send();
    lose(id);
    const recording = await server.recordingUntil(id, ({ status }) => status === 'failed');
    expect(recording.failures).toMatchObject([{ stage: 'split', code: 'original_missing' }]);
    expectProblem(await server.request(`/v1/recordings/${id}/retry`, { method: 'POST' }));
    return id;
  }

  it('that failed for it goes on by itself once it is sent again', async () => {
    const file = longRecording(2, 703);
    const id = await failed(705, () => server.uploaded(file));
    expect((await server.upload(file)).body).toMatchObject({ id, restored: true });
    await server.recordingUntil(id, ({ status }) => status === 'ready');
    await expectAudio(id, file);
    await server.vox('audit', 'verify');
  });

  it('is healed by the upload link that it came by', async () => {
    const file = longRecording(2, 704);
    const { url } = await post<{ url: string }>(server, server.key, '/v1/upload-links', {});
    const send = async (): Promise<TestAnswer> => {
      const body = new FormData();
      body.set('file', await openAsBlob(file), basename(file));
      const headers = { authorization: `Upload ${url.split('#')[1] ?? ''}` };
      return server.request('/v1/upload-links/use', { method: 'POST', key: null, headers, body });
    };
    const id = await failed(706, async () => {
      const { id: sent, position } = (await send()).body as { id: string; position: string };
      await server.get(`/v1/recordings/${sent}?after=${position}`);
      return sent;
    });
    const again = await send();
    expect([again.status, again.body]).toMatchObject([202, { id, restored: true }]);
    await server.recordingUntil(id, ({ status }) => status === 'ready');
    // The same request once more is answered like the first one.
    const third = await send();
    expect([third.status, third.body]).toMatchObject([202, { id, duplicate: false }]);
  });

  it('is healed by the bot, whoever sent it first', async () => {
    const { chat } = await world.member('admin');
    const file = FORMATS.ogg();
    const send = () => chat.sendAudio(readFileSync(file), { fileName: 'talk.ogg', mimeType: 'audio/ogg' });
    const first = send();
    await see(chat, /: done/, { after: first });
    const { recordings } = await server.get<Listed>('/v1/recordings?fileName=talk.ogg');
    const id = recordings[0]?.id ?? '';
    lose(id);
    const second = send();
    await see(chat, /talk/, { after: second });
    while ((await audio(id)).status !== 200) await sleep(50);
    await expectAudio(id, file);
    expect((await server.get<Listed>('/v1/recordings?fileName=talk.ogg')).recordings).toHaveLength(1);
  });
});
