import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres';
import { DataFolderInUse, EmbeddedPostgresFailed } from './errors';
import { holdInstance } from './instance-lock';

const root = join(__dirname, '../../../..');

describe('The embedded PostgreSQL', () => {
  let folder: string;
  let running: EmbeddedPostgres | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'embedded-'));
    chmodSync(folder, 0o711);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function query<Row>(sql: string): Promise<Row[]> {
    const client = new Client({ connectionString: running!.connectionString });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  it('keeps its data over a stop and a start', async () => {
    running = await startEmbeddedPostgres(folder);
    expect(running.adopted).toBe(false);
    await query('CREATE TABLE kept AS SELECT 1 AS n');
    await running.stop();
    running = await startEmbeddedPostgres(folder);
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
    expect(await query('SHOW fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('outlives a node that is killed, and is adopted with every acknowledged row', async () => {
    const script = `
      const { startEmbeddedPostgres } = require(${JSON.stringify(join(root, 'dist/libs/platform/src'))});
      const { Client } = require('pg');
      (async () => {
        const { connectionString } = await startEmbeddedPostgres(${JSON.stringify(folder)});
        const client = new Client({ connectionString });
        await client.connect();
        await client.query('CREATE TABLE kept AS SELECT 1 AS n');
        process.kill(process.pid, 'SIGKILL');
      })();`;
    const child = spawn(process.execPath, ['-e', script], { cwd: root, stdio: 'inherit' });
    await once(child, 'exit');
    running = await startEmbeddedPostgres(folder);
    expect(running.adopted).toBe(true);
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('starts again after the database itself was killed, under its old port', async () => {
    const first = await startEmbeddedPostgres(folder);
    running = first;
    await query('CREATE TABLE kept AS SELECT 1 AS n');
    process.kill(
      Number(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]),
      'SIGKILL',
    );
    running = await startEmbeddedPostgres(folder, { preferredPort: first.port });
    expect(running).toMatchObject({ adopted: false, port: first.port });
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('is one, however many start it at once, and one of them holds it', async () => {
    const starts = await Promise.all([1, 2, 3].map(() => startEmbeddedPostgres(folder)));
    running = starts[0];
    expect(new Set(starts.map((start) => start.connectionString)).size).toBe(1);
    const held = await holdInstance(running!.connectionString, folder);
    await expect(holdInstance(running!.connectionString, folder)).rejects.toThrow(DataFolderInUse);
    await held.release();
    const again = await holdInstance(running!.connectionString, folder);
    await again.release();
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('as root says what to do about a folder that the database cannot enter', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    await expect(startEmbeddedPostgres(join(closed, 'data'))).rejects.toThrow(EmbeddedPostgresFailed);
    await expect(startEmbeddedPostgres(join(closed, 'data'))).rejects.toThrow(/VOXPERSONA_DATA_DIR/);
  });
});
