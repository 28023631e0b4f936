import { setTimeout as sleep } from 'node:timers/promises';
import { proofSize } from '../proof-size';
import { describeEnd } from './describe-end';
import { EmbeddedWorld, openEmbeddedWorld } from './embedded-world';
import { Sender, Sending, statusesOf } from './sender';
import { ServerWatch } from './server-watch';

/** Milliseconds after the store's return within which a keyed upload must succeed; tests run beside each other on a busy machine. */
const ANSWER_MS = proofSize({ short: 60_000, full: 10_000 });
/** Uploads that succeed between two kills, unless that takes too long. */
const TAKEN_BETWEEN = 8;
const BETWEEN_MS = 60_000;
/** Long, since an upload may meet several kills. */
const PATIENCE_MS = 60_000;

/** Tests the server while backends of its embedded PostgreSQL are killed in the middle of commits. */
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
      `${size.kills} kills under ${size.atOnce} uploads at once: every upload succeeds`,
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
        try {
          while (killer.returns.length < size.kills) {
            await someTaken(sender);
            await killer.kill(over.signal);
          }
        } finally {
          over.abort();
          await Promise.all(uploads);
        }
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

/** True when it took too long, measured from the last return of the database before it succeeded. */
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
