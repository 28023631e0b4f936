import { setTimeout as sleep } from 'node:timers/promises';
import { appendManyEvents } from '../history/many-events';
import { proofSize } from '../proof-size';
import { describeEnd } from './describe-end';
import { OTHER_APPENDS } from './other-appends';
import { FaultyWorld, NamedFault } from './outcome-world';
import { Scene } from './scene';
import { statusesOf } from './sender';
import { objectKeys } from './stored-objects';

/** Concurrent uploads. Every other one has an Idempotency-Key. */
const UPLOADS = 4;
/** Milliseconds after the store's return within which a keyed upload must succeed; tests run beside each other on a busy machine. */
const ANSWER_MS = proofSize({ short: 60_000, full: 10_000 });
/** Events after which the sealer does not wait for its minute to pass. */
const EVENTS_PER_SEAL = 1_000;
const SEAL_MS = 60_000;

/** The faults of one store. */
export interface Faults<Fault> {
  open(): Promise<FaultyWorld<Fault>>;
  /** Faults for the appends of uploads and for other appends. */
  table: readonly NamedFault<Fault>[];
  /** Whether each of the other appends meets one fault of the table or all of them. */
  others: 'one' | 'all';
  /** Faults that need a test double. */
  more?: {
    /** Hits before the append is sent. */
    unsent: Fault;
    /** Drops the answers to all tries of an append. */
    unanswered: Fault;
    /** Hits the append of the first API key. */
    atFirstStart: Fault;
  };
}

/** Tests that an append is done once, whichever fault hits it. */
export function describeFaults<Fault>(name: string, faults: Faults<Fault>): void {
  describe(name, () => {
    let scene: Scene<Fault>;

    beforeAll(async () => {
      scene = new Scene(await faults.open());
      await scene.server.start();
    });
    beforeEach(() => scene.watch.revive());
    afterAll(() => scene.world.close());

    describe.each(faults.table)('$name', (row) => {
      it('uploads succeed, soon with an Idempotency-Key', () => uploadDuring(scene, row));
    });

    const pairs = OTHER_APPENDS.flatMap((append, index) => {
      const row = faults.table[index % faults.table.length];
      const rows = faults.others === 'all' ? faults.table : row ? [row] : [];
      return rows.map(({ name: during, fault }) => ({ during, fault, append, what: append.name }));
    });
    it.each(pairs)('$during, of $what: it is done once', async ({ during, fault, append }) => {
      const label = `${during}, of ${append.name}`;
      await append.run(scene, label, async (work) => (await scene.during(append.type, fault, work)).result);
    });

    const { more, open } = faults;
    if (more) {
      it('an append that was never sent leaves no object', () => expectNoObject(scene, more.unsent));
      it('the sealer goes on', () => expectSealing(scene, more.unanswered));
      it('the founder gets a working key', () => expectFirstKey(open, more.atFirstStart));
    }

    describeEnd(() => scene);
  });
}

async function uploadDuring<Fault>(scene: Scene<Fault>, { name, fault }: NamedFault<Fault>): Promise<void> {
  const { result: sendings, backAt } = await scene.during('AudioUploaded', fault, () =>
    Promise.all(
      Array.from({ length: UPLOADS }, (_, n) => {
        const isKeyed = n % 2 === 0;
        return scene.sender.upload(`${name}, ${isKeyed ? 'keyed' : 'not keyed'}`, { isKeyed });
      }),
    ),
  );
  expect(sendings.filter(({ takenAt }) => takenAt === undefined).map(statusesOf)).toEqual([]);
  const keyed = sendings.filter(({ idempotencyKey }) => idempotencyKey !== undefined);
  const late = keyed.filter(({ takenAt = Infinity }) => takenAt - backAt > ANSWER_MS);
  expect(late.map(statusesOf)).toEqual([]);
  for (const sending of keyed) {
    const first = sending.statuses.at(-1);
    await scene.sender.uploadAgain(sending);
    expect({ during: sending.during, again: sending.statuses.at(-1) }).toMatchObject({ again: first });
  }
}

/** Such an upload gets a 503, and its object is deleted at once. */
async function expectNoObject<Fault>(scene: Scene<Fault>, unsent: Fault): Promise<void> {
  const before = new Set(objectKeys(scene.server));
  await scene.during('AudioUploaded', unsent, async () => {
    const sending = await scene.sender.upload('never sent', { patienceMs: 0 });
    expect(sending.statuses).toEqual([503]);
  });
  const logged = new Set((await scene.world.log()).map(({ stream }) => stream));
  const left = objectKeys(scene.server).filter((key) => !before.has(key));
  expect(left.filter((key) => !logged.has(`recording-${key.split('/')[1] ?? ''}`))).toEqual([]);
}

/** The background sealer must seal again after all tries of an append have failed. */
async function expectSealing<Fault>(scene: Scene<Fault>, unanswered: Fault): Promise<void> {
  const seals = async (): Promise<number> =>
    (await scene.world.log()).filter(({ type }) => type === 'LogSealed').length;
  const grow = (): Promise<void> =>
    scene.world.withStore((store) => appendManyEvents(store, EVENTS_PER_SEAL));
  await scene.during('LogSealed', unanswered, grow);
  const known = await seals();
  await grow();
  const deadline = Date.now() + SEAL_MS;
  while ((await seals()) <= known && Date.now() < deadline) await sleep(200);
  expect(await seals()).toBeGreaterThan(known);
}

/** The fault hits the append of the key that the first start makes. */
async function expectFirstKey<Fault>(open: Faults<Fault>['open'], fault: Fault): Promise<void> {
  const world = await open();
  try {
    const { server } = world.fakes;
    const outage = world.breakAt('ApiKeyIssued', fault);
    await server.start();
    await outage.over;
    expect((await server.request('/v1/me')).status).toBe(200);
  } finally {
    await world.close();
  }
}
