import { INTERVIEW, longRecording } from '@test/audio/audio';
import { createTestDatabase, cutConnections } from '@test/postgres/test-database';
import { isFinished, makeDataFolder, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

describe('the life of a server', () => {
  let world: ServerWithFakes;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { CHUNK_TARGET_SECONDS: '10', CHUNK_MAX_SECONDS: '12' } });
    await world.server.start();
  });

  afterAll(() => world.close());

  it('keeps its first key in a file that only its user can read, and shows it once', async () => {
    const { server } = world;
    expect(statSync(join(server.dataFolder, 'first-api-key')).mode & 0o777).toBe(0o600);
    expect(server.output).toContain(server.key);
    await server.stop();
    const before = server.output.length;
    await server.start();
    expect(server.output.slice(before)).not.toContain('vox_');
    expect((await server.request('/v1/recordings')).status).toBe(200);
  });

  it('refuses a second server on the same data folder with a clear word', async () => {
    const { server } = world;
    const second = new TestServer({ dataFolder: server.dataFolder, env: { OPENAI_API_KEY: 'sk-test' } });
    const { code, output } = await second.startAndExit();
    expect(code).toBe(1);
    expect(output).toMatch(/data folder .* is in use by another VoxPersona server \(.*pid \d+\)/);
    expect(output).not.toMatch(/\bat .*\.js:\d+/);
    expect((await server.request('/health/ready')).status).toBe(200);
  });

  it('hands unfinished jobs back when it is asked to stop, and goes on with them', async () => {
    const { server, openai } = world;
    openai.latencyMs = 30_000;
    const id = await server.uploaded(longRecording(30, 700));
    await server.recordingUntil(id, () => openai.calls.length >= 3);
    expect(await server.stop()).toBe(0);
    openai.latencyMs = 0;
    await server.start();
    expect(await server.recordingUntil(id, isFinished)).toMatchObject({ status: 'ready' });
  });

  it('makes keys beside a running server, which act for their own owner', async () => {
    const { server } = world;
    const id = await server.uploaded(INTERVIEW, { reports: '' });
    const vox = join(root, 'dist/apps/cli/src/main.js');
    const env = { ...process.env, VOXPERSONA_DATA_DIR: server.dataFolder };
    const add = await promisify(execFile)(process.execPath, [vox, 'keys', 'add', '--owner', 'Bea'], { env });
    const key = add.stdout.trim();
    let status = 401;
    for (let attempt = 0; attempt < 50 && status === 401; attempt += 1) {
      ({ status } = await server.request('/v1/recordings', { key }));
      await sleep(20);
    }
    expect(status).toBe(200);
    // Another's recording is not there, for reading, retrying and erasing alike; the same audio is one's own.
    expect((await server.request(`/v1/recordings/${id}`, { key })).status).toBe(404);
    expect((await server.request(`/v1/recordings/${id}/events`, { key })).status).toBe(404);
    expect((await server.request(`/v1/recordings/${id}/retry`, { key, method: 'POST' })).status).toBe(404);
    expect((await server.request(`/v1/recordings/${id}`, { key, method: 'DELETE' })).status).toBe(404);
    expect((await server.upload(INTERVIEW, {}, { key })).status).toBe(202);
    const revoked = ['keys', 'revoke', '--owner', 'Bea', '--key', key.split('_')[1]!];
    await promisify(execFile)(process.execPath, [vox, ...revoked], { env });
    for (let attempt = 0; attempt < 50 && status === 200; attempt += 1) {
      ({ status } = await server.request('/v1/recordings', { key }));
      await sleep(20);
    }
    expect(status).toBe(401);
  });

  it('answers 503 without its database, and comes back with it, nothing lost', async () => {
    const { server } = world;
    const id = await server.uploaded(longRecording(20, 701));
    await server.recordingUntil(id, isFinished);
    const pid = Number(
      readFileSync(join(server.dataFolder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0],
    );
    // Stopped, not ended: the server cannot start another one meanwhile.
    process.kill(pid, 'SIGKILL');
    const answers = new Set<number>();
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const { status, text } = await server.request(`/v1/recordings/${id}`);
      answers.add(status);
      expect(text).not.toMatch(/\bat .*\.js:\d+/);
      if (status === 200 && answers.has(503)) break;
      await sleep(20);
    }
    expect([...answers].sort()).toEqual([200, 503]);
    const next = await server.uploaded(longRecording(20, 702));
    expect(await server.recordingUntil(next, isFinished)).toMatchObject({ status: 'ready' });
    expect((await server.request('/health/ready')).status).toBe(200);
  });
});

describe('an outside PostgreSQL', () => {
  it('is used when DATABASE_URL names one; while it is away readiness is red and uploads are refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voxpersona-outside-'));
    const database = await createTestDatabase();
    const world = await serverWithFakes({
      dataFolder: folder,
      env: { DATABASE_URL: database.connectionString },
    });
    const { server } = world;
    try {
      await server.start();
      const id = await server.uploaded(INTERVIEW);
      await server.recordingUntil(id, isFinished);
      await cutConnections(database.connectionString);
      await server.recordingUntil(id, isFinished).catch(() => undefined);
      await database.drop();
      const ready = await server.request('/health/ready', { key: null });
      expect(ready.status).toBe(503);
      expect(ready.body).toMatchObject({ status: 'error', error: { 'event-store': { status: 'down' } } });
      expect((await server.request('/health/live', { key: null })).status).toBe(200);
      expect((await server.upload(INTERVIEW)).status).toBe(503);
    } finally {
      await server.stop();
      await world.openai.stop();
      await world.anthropic.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('wrong configuration', () => {
  it('is told all at once, without the value of a secret, and ends with exit code 1', async () => {
    const dataFolder = makeDataFolder();
    const catalogue = join(dataFolder, 'catalogue');
    const server = new TestServer({
      dataFolder,
      env: {
        PORT: 'many',
        LOG_LEVEL: 'loud',
        SPEECH_TO_TEXT: 'openai',
        DATABASE_URL: 'http://secret-password@nowhere',
        MAX_UPLOAD_BYTES: '-1',
      },
    });
    const { code, output } = await server.startAndExit();
    expect(code).toBe(1);
    for (const name of ['PORT', 'LOG_LEVEL', 'DATABASE_URL', 'MAX_UPLOAD_BYTES'])
      expect(output).toContain(`- ${name}:`);
    expect(output).not.toContain('secret-password');

    const missing = new TestServer({
      dataFolder,
      env: { SPEECH_TO_TEXT: 'openai', CATALOGUE_DIR: catalogue },
    });
    expect(await missing.startAndExit()).toMatchObject({
      code: 1,
      output: expect.stringContaining('OPENAI_API_KEY'),
    });

    writeFileSync(catalogue, '');
    const broken = new TestServer({
      dataFolder,
      env: { OPENAI_API_KEY: 'sk-test', CATALOGUE_DIR: catalogue },
    });
    expect(await broken.startAndExit()).toMatchObject({
      code: 1,
      output: expect.stringContaining('CATALOGUE_DIR'),
    });
    rmSync(dataFolder, { recursive: true });
  });
});
