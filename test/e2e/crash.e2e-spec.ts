import { CRASH_ENV, CrashWorld, describeCrashes } from '@test/crash/crash-suite';
import { proofSize } from '@test/proof-size';
import { withDatabaseOf } from '@test/server/dump-database';
import { serverWithFakes } from '@test/server/with-fakes';
import { setTimeout as sleep } from 'node:timers/promises';

const step = proofSize({ short: 3, full: 1 });

describeCrashes('with its log in PostgreSQL', step, async (): Promise<CrashWorld> => {
  const world = await serverWithFakes({ env: CRASH_ENV });
  // The embedded database outlives the server.
  const ask = <T>(use: (size: () => Promise<number>) => Promise<T>): Promise<T> =>
    withDatabaseOf(world.server.dataFolder, (client) =>
      use(async () => {
        const { rows } = await client.query<{ size: string }>('SELECT count(*) AS size FROM events');
        return Number(rows[0]!.size);
      }),
    );
  return {
    ...world,
    logSize: () => ask((size) => size()),
    logHolds: (count) =>
      ask(async (size) => {
        const deadline = Date.now() + 60_000;
        while ((await size()) < count) {
          if (Date.now() > deadline) throw new Error(`The log never held ${count} events`);
          await sleep(1);
        }
      }),
  };
});
