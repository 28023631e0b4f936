// Milliseconds that GET ?after= takes longer than a plain GET, both right after a PATCH, on a server whose one process
// answers and feeds the read models.
import { setTimeout as sleep } from 'node:timers/promises';
import { interleave, median } from './support/measure.mjs';
import { withServer } from './support/server.mjs';

/** Pairs of requests in a round. */
const PAIRS = 20;
/** Between two of them, so that each meets a server that is done with the one before. */
const PAUSE_MS = 30;

export async function run(report, { rounds }) {
  await withServer(async (server) => {
    const [id] = await server.upload(1);
    let count = 0;
    const get = async (asksForIt) => {
      const times = [];
      for (let pair = 0; pair < PAIRS; pair += 1) {
        const position = await server.patch(id, `Hotel ${(count += 1)}`);
        const startedAt = performance.now();
        await server.read(id, asksForIt ? position : undefined);
        times.push(performance.now() - startedAt);
        await sleep(PAUSE_MS);
      }
      return median(times);
    };
    const contenders = { after: () => get(true), plain: () => get(false) };
    await interleave(1, contenders);
    const { after, plain } = await interleave(rounds, contenders);
    report.add('GET ?after= over a plain GET', {
      figures: after.map((time, round) => time - plain[round]),
      unit: 'ms more',
      goal: { of: 'figure', max: 5 },
    });
    report.add('GET ?after=', { figures: after, unit: 'ms', against: { name: 'plain GET', figures: plain } });
  });
}
