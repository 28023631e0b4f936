import { setTimeout as sleep } from 'node:timers/promises';
import { describeEnd } from './describe-end';
import { EmbeddedWorld, openEmbeddedWorld } from './embedded-world';
import { Sender, Sending, statusesOf } from './sender';
import { ServerWatch } from './server-watch';

/** Within so much of the store's return, an upload with an Idempotency-Key has its answer. */
const ANSWER_MS = 10_000;
/** Uploads that are taken between two kills, unless that takes too long. */
const TAKEN_BETWEEN = 8;
const BETWEEN_MS = 4_000;
/** With kills all along, an upload may have to be sent many times. */
const PATIENCE_MS = 60_000;

/** Backends of the server's own PostgreSQL are killed in the middle of commits, under uploads. */
export function describeKills(name: string, size: { kills: number; atOnce: number }): void {
  describe(name, () => {
    let world: EmbeddedWorld;
    let watch: ServerWatch;
    let sender: Sender;

    beforeAll(async () => {
      world = await openEmbeddedWorld();
      watch = new ServerWatch(world.fakes.server);
      sender = new Sender(world.fakes.server, watch);
      await world.fakes.server.start();
    });
    afterAll(() => world.close());

    it(
      `${size.kills} kills under ${size.atOnce} uploads at once: every upload is taken`,
      async () => {
        const { killer } = world;
        const over = new AbortController();
        const uploads = Array.from({ length: size.atOnce }, async (_, n) => {
          while (!over.signal.aborted) {
            const isKeyed = n % 2 === 0;
            await sender.upload(`killed, ${isKeyed ? 'keyed' : 'not keyed'}`, {
              isKeyed,
              patienceMs: PATIENCE_MS,
            });
          }
        });
        while (killer.returns.length < size.kills) {
          await someTaken(sender);
          await killer.kill(over.signal);
        }
        over.abort();
        await Promise.all(uploads);
        expect(sender.sendings.filter(({ takenAt }) => takenAt === undefined).map(statusesOf)).toEqual([]);
        expect(sender.sendings.filter((sending) => isLate(sending, killer.returns)).map(statusesOf)).toEqual(
          [],
        );
      },
      20 * 60_000,
    );

    describeEnd(() => ({ world, sender, watch }));
  });
}

/** Taken late: counted from when it was first sent, or from the database's return after the last kill until then. */
function isLate(
  { idempotencyKey, startedAt, takenAt = Infinity }: Sending,
  returns: readonly number[],
): boolean {
  const from = Math.max(startedAt, ...returns.filter((back) => back <= takenAt));
  return idempotencyKey !== undefined && takenAt - from > ANSWER_MS;
}

async function someTaken({ sendings }: Sender): Promise<void> {
  const taken = (): number => sendings.filter(({ takenAt }) => takenAt !== undefined).length;
  const enough = taken() + TAKEN_BETWEEN;
  const deadline = Date.now() + BETWEEN_MS;
  while (taken() < enough && Date.now() < deadline) await sleep(20);
}
