// What the server costs while nobody asks anything of it: CPU time of its Node.js processes, as percent of one core, and
// statements that it sends to PostgreSQL. Reads /proc, so Linux only.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withServer } from './support/server.mjs';

/** What a start leaves to do is done by then. */
const SETTLE_MS = 10_000;
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK']).toString());

export async function run(report, { seconds, rounds, wants }) {
  await withServer(
    async (server) => {
      await server.upload(1);
      await sleep(SETTLE_MS);
      const figures = { cpu: [], statements: [] };
      for (let round = 0; round < rounds; round += 1) {
        await server.takeStatements();
        const [cpu, at] = [cpuSecondsOf(server.pid), performance.now()];
        await sleep((seconds * 1_000) / rounds);
        const passed = (performance.now() - at) / 1_000;
        figures.cpu.push(((cpuSecondsOf(server.pid) - cpu) / passed) * 100);
        figures.statements.push((await server.countStatements()) / passed);
      }
      if (wants('CPU')) {
        report.add('CPU', { figures: figures.cpu, unit: '% of a core', goal: { of: 'figure', max: 0.5 } });
      }
      if (wants('statements')) {
        report.add('statements', {
          figures: figures.statements,
          unit: 'SQL/s',
          goal: { of: 'figure', max: 2 },
        });
      }
    },
    { counting: true },
  );
}

/** CPU time of a process and of those that it started, without PostgreSQL. */
function cpuSecondsOf(pid) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const tree = [pid];
  let ticks = 0;
  for (const parent of tree) {
    for (const one of all) {
      if (one.pid === pid && parent === pid) ticks += one.ticks;
      if (one.parent !== parent || one.name.startsWith('postgres')) continue;
      ticks += one.ticks;
      tree.push(one.pid);
    }
  }
  return ticks / TICKS_PER_SECOND;
}

function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(pid), name, parent: Number(rest[1]), ticks: Number(rest[11]) + Number(rest[12]) }];
  } catch {
    // It ended meanwhile.
    return [];
  }
}
