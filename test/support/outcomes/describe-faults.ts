import { appendManyEvents } from '../history/many-events';
import { describeEnd } from './describe-end';
import { OTHER_APPENDS } from './other-appends';
import { FaultyWorld, NamedFault } from './outcome-world';
import { Scene } from './scene';
import { statusesOf } from './sender';
import { objectKeys } from './stored-objects';

/** Uploads at once; every other one has an Idempotency-Key. */
const UPLOADS = 4;
/** Within so much of the store's return, an upload with an Idempotency-Key has its answer. */
const ANSWER_MS = 10_000;
/** Events after which the log is sealed without waiting for the minute to pass. */
const EVENTS_PER_SEAL = 1_000;
const SEAL_MS = 15_000;

/** The faults of one store, and what they are tried on. */
export interface Faults<Fault> {
  open(): Promise<FaultyWorld<Fault>>;
  /** What the append of an upload meets, and each of the other appends. */
  table: readonly NamedFault<Fault>[];
  /** The other appends meet one fault of the table each, by turns; `each`: all of them. */
  others: 'by turns' | 'each';
  /** What takes a store that is a test double, or lies behind one that understands it. */
  more?: {
    /** The store is gone before an append of an upload was sent. */
    unsent: Fault;
    /** For so long no append is answered that whoever repeats it gives up. */
    unanswered: Fault;
    /** Met by the append of the first key. */
    atFirstStart: Fault;
  };
}

/** What must become of appends whose answer is lost in all these ways. */
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
      it('uploads are taken, soon where they have an Idempotency-Key', () => uploadDuring(scene, row));
    });

    const pairs = OTHER_APPENDS.flatMap((append, index) => {
      const row = faults.table[index % faults.table.length];
      const rows = faults.others === 'each' ? faults.table : row ? [row] : [];
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
  const late = sendings.filter(
    ({ idempotencyKey, takenAt = Infinity }) => idempotencyKey && takenAt - backAt > ANSWER_MS,
  );
  expect(late.map(statusesOf)).toEqual([]);
}

/** One that cannot have been recorded is told so, and nothing is kept of it. */
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

/** The background sealer meets an outage longer than it repeats an append, and seals again after it. */
async function expectSealing<Fault>(scene: Scene<Fault>, unanswered: Fault): Promise<void> {
  const seals = async (): Promise<number> =>
    (await scene.world.log()).filter(({ type }) => type === 'LogSealed').length;
  const grow = (): Promise<void> =>
    scene.world.withStore((store) => appendManyEvents(store, EVENTS_PER_SEAL));
  await scene.during('LogSealed', unanswered, grow);
  const known = await seals();
  await grow();
  const deadline = Date.now() + SEAL_MS;
  while ((await seals()) <= known && Date.now() < deadline) await new Promise((r) => setTimeout(r, 200));
  expect(await seals()).toBeGreaterThan(known);
}

/** The first start makes a key, whose append is hit. */
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
