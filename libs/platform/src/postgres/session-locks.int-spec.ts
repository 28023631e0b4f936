import { createTestDatabase, cutConnections, TestDatabase } from '@test/postgres/test-database';
import { HeldLock, SessionLocks } from './session-locks';

describe('Locks of a session', () => {
  let database: TestDatabase;
  const opened: SessionLocks[] = [];
  const never = new AbortController().signal;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((locks) => locks.close()));
  });
  afterAll(() => database.drop());

  /** What another process would open. */
  function open(): SessionLocks {
    const locks = new SessionLocks({
      connectionString: database.connectionString,
      log: { warn: () => undefined },
    });
    opened.push(locks);
    return locks;
  }

  async function hold(locks: SessionLocks, name: string, mode?: 'alone' | 'shared'): Promise<HeldLock> {
    const lock = await locks.hold(name, never, mode);
    if (!lock) throw new Error('The wait was ended');
    return lock;
  }

  async function isFree(locks: SessionLocks, name: string): Promise<boolean> {
    // Not AbortSignal.timeout: Node 20 may collect it as garbage within AbortSignal.any, and then it never fires.
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), 1_500);
    const lock = await locks.hold(name, patience.signal);
    clearTimeout(timer);
    await lock?.release();
    return lock !== undefined;
  }

  it('are held by one process, until it gives them back', async () => {
    const [one, two] = [open(), open()];
    const first = await hold(one, 'a');
    expect(await isFree(two, 'a')).toBe(false);
    expect(await isFree(two, 'b')).toBe(true);
    const waiting = hold(two, 'a');
    await first.release();
    expect(first.lost.aborted).toBe(true);
    await (await waiting).release();
    expect(await isFree(one, 'a')).toBe(true);
  });

  it('are held by many that share them, and then by none alone', async () => {
    const [one, two, three] = [open(), open(), open()];
    const shared = await Promise.all([hold(one, 'c', 'shared'), hold(two, 'c', 'shared')]);
    expect(await isFree(three, 'c')).toBe(false);
    await Promise.all(shared.map((lock) => lock.release()));
    expect(await isFree(three, 'c')).toBe(true);
  });

  it('are lost with the session, which is told, and go to who waits', async () => {
    const [one, two] = [open(), open()];
    const first = await hold(one, 'd');
    const lost = new Promise((resolve) => first.lost.addEventListener('abort', resolve));
    const waiting = hold(two, 'd');
    await cutConnections(database.connectionString);
    await lost;
    // Both lost their session; whoever is first has it now, and the other can still ask.
    const again = hold(one, 'd');
    const winner = await Promise.race([waiting, again]);
    await winner.release();
    await (await waiting).release();
    await (await again).release();
  });

  it('can be waited for no longer', async () => {
    const [one, two] = [open(), open()];
    await hold(one, 'g');
    const ending = new AbortController();
    const waiting = two.hold('g', ending.signal);
    ending.abort();
    expect(await waiting).toBeUndefined();
    const closed = two.hold('g', never);
    await two.close();
    expect(await closed).toBeUndefined();
  });
});
