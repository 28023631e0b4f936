import { STANDING_SAGAS } from '@voxpersona/pipeline';
import { READ_MODELS } from '@voxpersona/projections';
import { longRecording } from '@test/audio/audio';
import { withDatabaseOf } from '@test/server/dump-database';
import { isFinished, makeDataFolder, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { KEPT_TABLES, LEFT_TABLES } from '@voxpersona/composition';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

describe('vox backup and vox restore', () => {
  let world: ServerWithFakes;
  let source: TestServer;
  let restored: TestServer;
  let folder: string;
  let kept: string[];
  let erased: string;
  let before: Record<string, unknown[]>;

  beforeAll(async () => {
    world = await serverWithFakes();
    source = world.server;
    await source.start();
    kept = [await source.uploaded(longRecording(15, 821)), await source.uploaded(longRecording(15, 822))];
    erased = await source.uploaded(longRecording(15, 823));
    for (const id of [...kept, erased])
      await source.recordingUntil(id, (r) => isFinished(r) && r.reports.length === 1);
    const { status } = await source.request(`/v1/recordings/${erased}`, { method: 'DELETE' });
    expect(status).toBe(202);
    await isQuiet(source);
    before = await readModels(source);
    folder = join(mkdtempSync(join(tmpdir(), 'backup-')), 'today');
    // Beside the running server.
    expect(await source.vox('backup', folder)).toMatch(/The master key is not/);
    await source.stop();
    restored = new TestServer({ dataFolder: makeDataFolder(), env: { ...source.env } });
  });
  afterAll(async () => {
    await restored.destroy();
    await world.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  /** Every read model is at the head, and no job is left. */
  async function isQuiet(server: TestServer): Promise<void> {
    await withDatabaseOf(server.dataFolder, async (client) => {
      for (;;) {
        const { rows } = await client.query<{ open: string; there: string }>(
          `SELECT (SELECT count(*) FROM jobs WHERE state IN ('ready', 'running')) AS open,
                  (SELECT count(*) FROM checkpoints WHERE position >= (SELECT max(position) FROM events)) AS there`,
        );
        // All sagas, one more for the embedder, and all read models.
        const all = STANDING_SAGAS.length + 1 + READ_MODELS.length;
        if (rows[0]?.open === '0' && Number(rows[0].there) >= all) return;
        await sleep(100);
      }
    });
  }

  async function tablesOf(server: TestServer): Promise<string[]> {
    return withDatabaseOf(server.dataFolder, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
      );
      return rows.map(({ name }) => name);
    });
  }

  /** Every row of every read model, and of the jobs. */
  async function readModels(server: TestServer): Promise<Record<string, unknown[]>> {
    const tables = (await tablesOf(server)).filter((name) => name.startsWith('read_') || name === 'jobs');
    return withDatabaseOf(server.dataFolder, async (client) => {
      const models: Record<string, unknown[]> = {};
      for (const table of tables.sort()) {
        const { rows } = await client.query<{ row: string }>(
          `SELECT t::text AS row FROM ${table} AS t ORDER BY 1`,
        );
        models[table] = rows.map(({ row }) => row);
      }
      return models;
    });
  }

  /** Runs a command that has to fail, and gives what it said. */
  async function refused(server: TestServer, ...args: string[]): Promise<string> {
    const failure = await server.vox(...args).then(
      () => 'It was done',
      (error: unknown) => (error as { stderr: string }).stderr,
    );
    return failure;
  }

  it('know of every table whether it is kept', async () => {
    await source.start();
    const unknown = (await tablesOf(source)).filter(
      (name) => !name.startsWith('read_') && !KEPT_TABLES.includes(name as never) && !(name in LEFT_TABLES),
    );
    expect(unknown).toEqual([]);
    await source.stop();
  });

  it('refuse what they cannot do, and leave nothing behind', async () => {
    expect(await refused(source, 'backup', folder)).toMatch(/is not empty/);
    expect(await refused(source, 'restore', folder)).toMatch(/There is a log here already/);
    expect(await refused(restored, 'restore', folder)).toMatch(/master key is not in the backup/);
    expect(await refused(restored, 'restore', tmpdir())).toMatch(/holds no finished backup|master key/);

    const wrongKey = join(folder, '..', 'wrong-key');
    writeFileSync(wrongKey, `${Buffer.alloc(32, 1).toString('base64')}\n`);
    expect(await refused(restored, 'restore', folder, '--master-key', wrongKey)).toMatch(
      /not the one of this backup/,
    );
    // A wrong one does not stay, and stand in the way of the right one.
    expect(readdirSync(restored.dataFolder)).not.toContain('master-key');
    copyFileSync(join(source.dataFolder, 'master-key'), join(restored.dataFolder, 'master-key'));

    const damaged = join(folder, '..', 'damaged');
    cpSync(folder, damaged, { recursive: true });
    const file = join(damaged, 'tables', 'events.copy.gz');
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(await refused(restored, 'restore', damaged)).toMatch(/damaged: .*events/);
    rmSync(join(damaged, 'manifest.json'));
    expect(await refused(restored, 'restore', damaged)).toMatch(/no finished backup/);
    expect(readdirSync(restored.dataFolder)).not.toContain('objects');
  });

  it('bring everything back, and nothing that was erased', async () => {
    const calls = world.openai.calls.length + world.anthropic.calls.length;
    expect(await restored.vox('restore', folder)).toMatch(/objects of audio are back/);
    copyFileSync(join(source.dataFolder, 'first-api-key'), join(restored.dataFolder, 'first-api-key'));
    await restored.start();
    await isQuiet(restored);
    expect(await readModels(restored)).toEqual(before);
    expect(world.openai.calls.length + world.anthropic.calls.length).toBe(calls);

    for (const [index, id] of kept.entries()) {
      const audio = await fetch(`${restored.url}/v1/recordings/${id}/audio`, {
        headers: { authorization: `Bearer ${restored.key}` },
      });
      const original = readFileSync(longRecording(15, 821 + index));
      expect(Buffer.from(await audio.arrayBuffer()).equals(original)).toBe(true);
    }
    expect((await restored.request(`/v1/recordings/${erased}/audio`)).status).toBeGreaterThanOrEqual(404);
    expect(readdirSync(join(restored.dataFolder, 'objects', 'recordings')).sort()).toEqual([...kept].sort());
    expect(await restored.vox('audit', 'verify')).toMatch(/every hash and every link holds/);
    // And it works: numbers go on, and what was heard before is heard again for nothing.
    const id = await restored.uploaded(longRecording(15, 824));
    await restored.recordingUntil(id, (r) => isFinished(r) && r.reports.length === 1);
  });
});
