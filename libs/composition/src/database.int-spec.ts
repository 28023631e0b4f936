import { proofSize } from '@test/proof-size';
import { Environment, loadEnvironment } from '@voxpersona/platform';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Database, openDatabaseAlone, openDatabaseBeside } from './database';
import { openDatabaseForServer } from './server-database';

const ROUNDS = proofSize({ short: 3, full: 30 });
const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

describe('An embedded database', () => {
  let folder: string;
  let environment: Environment;
  const opened = new Set<Database>();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'database-'));
    chmodSync(folder, 0o711);
    environment = loadEnvironment({ VOXPERSONA_DATA_DIR: folder });
  });
  afterEach(async () => {
    for (const database of opened) await close(database);
    rmSync(folder, { recursive: true, force: true });
  });

  async function keep(opening: Promise<Database>): Promise<Database> {
    const database = await opening;
    opened.add(database);
    return database;
  }

  async function close(database: Database): Promise<void> {
    opened.delete(database);
    await database.close();
  }

  function openForServer(): Promise<Database> {
    return openDatabaseForServer(environment, {
      log: silent,
      signal: new AbortController().signal,
      onInstanceLost: (error) => {
        throw error;
      },
    });
  }

  const isRunning = (): boolean => existsSync(join(folder, 'postgres/postmaster.pid'));
  const postmaster = (): string | undefined =>
    readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0];

  async function answers({ connectionString }: Database): Promise<boolean> {
    const client = new Client({ connectionString });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  it('is stopped by the last of the commands that use it, also when all leave at once', async () => {
    const commands = await Promise.all([1, 2, 3, 4].map(() => keep(openDatabaseBeside(environment))));
    const [first, ...others] = commands;
    await close(first!);
    expect(await answers(others[0]!)).toBe(true);
    await Promise.all(others.map(close));
    expect(isRunning()).toBe(false);
  });

  it('is left to a server that has begun to use it', async () => {
    const command = await keep(openDatabaseBeside(environment));
    const server = await keep(openForServer());
    await close(command);
    expect(await answers(server)).toBe(true);
    await expect(openDatabaseAlone(environment)).rejects.toThrow(/in use by another VoxPersona server/);
    expect(await answers(server)).toBe(true);
    await close(server);
    expect(isRunning()).toBe(false);
  });

  it('is stopped by a command that was alone with it', async () => {
    await close(await keep(openDatabaseAlone(environment)));
    expect(isRunning()).toBe(false);
  });

  it(`serves a server that starts while commands come and go, ${ROUNDS} times`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const command = await keep(openDatabaseBeside(environment));
      const starting = sleep((round * 40) / ROUNDS).then(() => keep(openForServer()));
      await close(command);
      const server = await starting;
      const running = postmaster();
      // Nobody stops it any more.
      await sleep(200);
      expect(await answers(server)).toBe(true);
      expect(postmaster()).toBe(running);
      await close(server);
    }
  }, 600_000);
});
