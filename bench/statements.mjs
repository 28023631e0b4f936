// Statements that the server sends to PostgreSQL, consumers included, per lone command and per uploaded recording. What it
// sends while nobody asks anything is subtracted. BENCH_PROFILE=yes shows the statements of an upload.
import { setTimeout as sleep } from 'node:timers/promises';
import { openPool } from './support/database.mjs';
import { testSupport } from './support/product.mjs';
import { withServer } from './support/server.mjs';

/** After so long everything that follows from a command is done. */
const QUIET_MS = 2_000;
/** What the shortest way through the pipeline gives: one chunk, its language given, one report of three parts. */
const EVENTS = 16;
const SECONDS_OF_AUDIO = 25;
const UPLOAD = `uploaded recording of ${EVENTS} events`;

export async function run(report, { rounds, wants }) {
  await withServer(
    async (server) => {
      const [id] = await server.upload(1);
      await sleep(QUIET_MS);
      if (wants('lone command')) {
        const figures = [];
        for (let round = 0; round < rounds; round += 1) {
          const idle = await statementsOf(server, () => undefined);
          figures.push((await statementsOf(server, () => server.patch(id, `Hotel ${round}`))) - idle);
        }
        report.add('lone command', { figures, unit: 'statements', goal: { of: 'figure', max: 15 } });
      }
      if (wants(UPLOAD)) await countUploads(report, server, rounds);
    },
    { counting: true },
  );
}

async function statementsOf(server, command) {
  await server.takeStatements();
  await command();
  await sleep(QUIET_MS);
  return server.countStatements();
}

async function countUploads(report, server, rounds) {
  const { longRecording } = testSupport('audio/audio');
  // Looked at from here: what the server is asked would be counted in.
  const pool = openPool(await server.connectionString());
  const figures = [];
  for (let round = 0; round < rounds; round += 1) {
    const idle = (await statementsOf(server, () => undefined)) / QUIET_MS;
    const before = await eventsOf(pool);
    await server.takeStatements();
    const startedAt = performance.now();
    const { status, text } = await server.server.upload(longRecording(SECONDS_OF_AUDIO, 1_000 + round), {
      language: 'en',
    });
    if (status !== 202) throw new Error(`Upload: ${status} ${text}`);
    const events = (await untilQuiet(pool)) - before;
    const statements = await server.takeStatements();
    if (events !== EVENTS) console.error(`The recording had ${events} events instead of ${EVENTS}`);
    const total = statements.reduce((sum, [, count]) => sum + count, 0);
    figures.push(total - idle * (performance.now() - startedAt));
    if (process.env.BENCH_PROFILE && round === rounds - 1) showProfile(statements);
  }
  await pool.end();
  report.add(UPLOAD, { figures, unit: 'statements', goal: { of: 'figure', max: 200 } });
}

async function eventsOf(pool) {
  const { rows } = await pool.query('SELECT count(*)::int AS count FROM events');
  return rows[0].count;
}

/** Waits until the log has not grown for a while. @returns how many events it holds then */
async function untilQuiet(pool) {
  for (let last = -1; ;) {
    const count = await eventsOf(pool);
    if (count === last) return count;
    last = count;
    await sleep(QUIET_MS);
  }
}

function showProfile(statements) {
  for (const [text, count] of statements.sort((a, b) => b[1] - a[1])) {
    console.error(`${String(count).padStart(6)}  ${text.slice(0, 150)}`);
  }
}
