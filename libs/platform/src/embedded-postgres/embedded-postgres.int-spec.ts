import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { StartInterrupted } from '../until-available';
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

  function postmasterPid(): number {
    return Number(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  }

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
    process.kill(postmasterPid(), 'SIGKILL');
    running = await startEmbeddedPostgres(folder, { preferredPort: first.port });
    expect(running).toMatchObject({ adopted: false, port: first.port });
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('is not adopted while it shuts down: that is waited for, and a new one started', async () => {
    const first = await startEmbeddedPostgres(folder);
    running = first;
    const client = new Client({ connectionString: first.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    const former = postmasterPid();
    // Waits for the clients that it has, and refuses new ones.
    process.kill(former, 'SIGTERM');
    await expect(query('SELECT 1')).rejects.toMatchObject({ code: '57P03' });
    const lines: string[] = [];
    const note = (line: string): void => void lines.push(line);
    const starting = startEmbeddedPostgres(folder, { log: { log: note, warn: note } });
    while (lines.length === 0) await sleep(20);
    expect(lines[0]).toContain(
      `(pid ${former}) cannot be used: the database system is shutting down. Try 2 follows in`,
    );
    await client.end();
    running = await starting;
    expect(running.adopted).toBe(false);
    expect(postmasterPid()).not.toBe(former);
    expect(await query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('starts where the number in the file of a dead one belongs to another program now', async () => {
    await (await startEmbeddedPostgres(folder)).stop();
    writeFileSync(join(folder, 'postgres/postmaster.pid'), `${process.pid}\n${folder}\n0\n5432\n`);
    running = await startEmbeddedPostgres(folder);
    expect(running.adopted).toBe(false);
    expect(await query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('gives up its start when it is told to, and leaves nothing running', async () => {
    await (await startEmbeddedPostgres(folder)).stop();
    const stop = new AbortController();
    const starting = startEmbeddedPostgres(folder, { signal: stop.signal });
    while (!existsSync(join(folder, 'postgres/postmaster.pid'))) await sleep(1);
    stop.abort();
    // It may have been quicker.
    running = await starting.catch((error: unknown) => {
      expect(error).toBeInstanceOf(StartInterrupted);
      return undefined;
    });
    await running?.stop();
    while (existsSync(join(folder, 'postgres/postmaster.pid'))) await sleep(20);
    running = undefined;
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
