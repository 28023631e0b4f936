import { AccessProcess, AccessWorld, createAccessWorld, systemRequest } from '@test/access/access-world';
import { authorise, founderIdOf, ownerIdOf } from '@voxpersona/domain';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '@voxpersona/event-store';
import { hashSecret, IssueApiKey, IssueApiKeyHandler, IssuedApiKey, parseApiKey } from '@voxpersona/pipeline';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirstKeyFoundation, makeFirstKey } from './first-key';

const OWNER_ID = ownerIdOf('owner');
const OPERATOR = { kind: 'operator' as const };
const ANY = { roles: ['owner'] as const, scope: null };

type IssueKey = (command: IssueApiKey) => Promise<IssuedApiKey>;

/** A server of the installation, with a data folder of its own. */
class StartingServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'first-key-'));
  readonly file = join(this.folder, 'first-api-key');
  readonly pending = `${this.file}.pending`;
  readonly warnings: string[] = [];
  readonly closing = new AbortController();

  constructor(readonly process: AccessProcess) {}

  readonly issueKey: IssueKey = (command) =>
    new IssueApiKeyHandler(this.process.workspaces, this.process.secrets).execute(command);

  /** @param issueKey what happens to the command; by default it is carried out */
  start(issueKey: IssueKey = this.issueKey, change: Partial<FirstKeyFoundation> = {}) {
    const { pool, store, secrets: issuedSecrets, workspaces } = this.process;
    const foundation = { pool, store, issuedSecrets, database: { dataFolder: this.folder }, ...change };
    const projections = { waitFor: () => Promise.resolve(true) };
    const log = { warn: (message: string) => void this.warnings.push(message) };
    return makeFirstKey(foundation, { issueKey, workspaces, projections }, log, this.closing.signal);
  }

  get keptKey(): string {
    return readFileSync(this.file, 'utf8').trim();
  }
}

describe('The first API key', () => {
  let world: AccessWorld;
  let servers: StartingServer[];
  let server: StartingServer;

  const newServer = (): StartingServer => {
    const made = new StartingServer(world.process());
    servers.push(made);
    return made;
  };
  beforeEach(async () => {
    world = await createAccessWorld();
    servers = [];
    server = newServer();
  });
  afterEach(async () => {
    for (const { folder } of servers) rmSync(folder, { recursive: true });
    await world.close();
  });

  /** It opens the workspace, it is in the file, and it is the only one. */
  const expectOneKey = async (apiKey: string | undefined): Promise<void> => {
    const { keyId, secret } = parseApiKey(apiKey ?? '')!;
    const shown = { keyId, secretSha256: hashSecret(secret) };
    const state = await world.process().workspaces.read(OWNER_ID);
    expect(authorise(state, shown, ANY, new Date().toISOString())).toMatchObject({ kind: 'allowed' });
    expect(await world.typesOf(`owner-${OWNER_ID}`)).toEqual(['OwnerRegistered', 'ApiKeyIssued']);
  };
  const expectKept = (by: StartingServer, apiKey: string | undefined): void => {
    expect(by.keptKey).toBe(apiKey);
    expect(statSync(by.file).mode & 0o777).toBe(0o600);
    expect(existsSync(by.pending)).toBe(false);
  };
  /** Ends the connection of the transaction that holds the lock, as a restart of the database does. */
  const loseLock = async (): Promise<void> => {
    const { rowCount } = await world.process().pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(rowCount).toBe(1);
  };

  it('is made once, and kept where only the server can read it', async () => {
    const made = await server.start();
    await expectOneKey(made?.apiKey);
    expectKept(server, made?.apiKey);
    expect(made?.file).toBe(server.file);
    expect(await server.start()).toBeNull();
    expect(await newServer().start()).toBeNull();
    expect(server.warnings).toEqual([]);
  });

  it('is completed by the next start when the process was killed before the file was written', async () => {
    const killed = server.start(async (command) => {
      await server.issueKey(command);
      throw new Error('killed');
    });
    await expect(killed).rejects.toThrow('killed');
    expect([existsSync(server.file), existsSync(server.pending)]).toEqual([false, true]);
    expect(statSync(server.pending).mode & 0o777).toBe(0o600);
    // Another server has nothing to do with it.
    expect(await newServer().start()).toBeNull();
    const made = await server.start();
    await expectOneKey(made?.apiKey);
    expectKept(server, made?.apiKey);
  });

  it('is made by the next start when the process was killed before the append', async () => {
    const killed = server.start(() => Promise.reject(new Error('killed')));
    await expect(killed).rejects.toThrow('killed');
    const made = await server.start();
    await expectOneKey(made?.apiKey);
    expectKept(server, made?.apiKey);
  });

  it('is complete when the process was killed after the file was written', async () => {
    const made = await server.start();
    writeFileSync(server.pending, `${systemRequest().requestId}\n`);
    expect(await server.start()).toBeNull();
    expectKept(server, made?.apiKey);
  });

  it('is not made when somebody else has made one since', async () => {
    await expect(server.start(() => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    const wanted = { label: '', scopes: null, expiresAt: null };
    await server.issueKey(
      new IssueApiKey(OWNER_ID, OPERATOR, founderIdOf(OWNER_ID), wanted, systemRequest()),
    );
    expect(await server.start()).toBeNull();
    expect([existsSync(server.file), existsSync(server.pending)]).toEqual([false, false]);
  });

  it('survives an append whose outcome is not known', async () => {
    let isLost = false;
    const made = await server.start(async (command) => {
      const answer = await server.issueKey(command);
      if (isLost) return answer;
      isLost = true;
      throw new AppendOutcomeUnknown('owner', new Error('connection reset'));
    });
    await expectOneKey(made?.apiKey);
    expectKept(server, made?.apiKey);
    expect(server.warnings).toEqual([expect.stringMatching(/could not be made: .*Attempt 2 follows in/)]);
  });

  it('survives the loss of its lock after the append, also when another server starts then', async () => {
    const other = newServer();
    let isLost = false;
    const made = await server.start(async (command) => {
      const answer = await server.issueKey(command);
      if (isLost) return answer;
      isLost = true;
      await loseLock();
      expect(await other.start()).toBeNull();
      return answer;
    });
    await expectOneKey(made?.apiKey);
    expectKept(server, made?.apiKey);
    expect(server.warnings).toHaveLength(1);
  });

  it('is one key when the lock is lost before the append, and another server takes it', async () => {
    const other = newServer();
    let isLost = false;
    let madeByOther: { apiKey: string } | null = null;
    const made = await server.start(async (command) => {
      if (!isLost) {
        isLost = true;
        await loseLock();
        madeByOther = await other.start();
      }
      return server.issueKey(command);
    });
    expect(made?.apiKey).toBe(madeByOther!.apiKey);
    await expectOneKey(made?.apiKey);
    for (const each of [server, other]) expectKept(each, made?.apiKey);
  });

  it('is made by one of several servers that start at once', async () => {
    const all = [server, ...Array.from({ length: 4 }, newServer)];
    const made = (await Promise.all(all.map((each) => each.start()))).filter((each) => each !== null);
    expect(made).toHaveLength(1);
    await expectOneKey(made[0]?.apiKey);
    expect(all.filter(({ file }) => existsSync(file))).toHaveLength(1);
  });

  it('is waited for until the server is closed', async () => {
    let attempts = 0;
    const store = Object.create(server.process.store) as FirstKeyFoundation['store'];
    store.logId = () => {
      attempts += 1;
      if (attempts === 2) server.closing.abort();
      return Promise.reject(new EventStoreUnavailable(new Error('connection refused')));
    };
    expect(await server.start(server.issueKey, { store })).toBeNull();
    expect(attempts).toBe(2);
    expect(server.warnings[0]).toContain('The event store cannot be reached');
    expect(existsSync(server.file)).toBe(false);
  });
});
