// PATCH of a recording's details, answered per second, as a ratio to the floor: a Nest handler with one INSERT, in a process
// of its own on the same PostgreSQL. Each connection has a recording of its own. A turn ends when the read models hold its
// last change, so that what consumers do is counted in.
import { perSecond, interleave, median } from './support/measure.mjs';
import { withChild } from './support/child.mjs';
import { BARE_TABLE, openPool } from './support/database.mjs';
import { HttpClient, withServer } from './support/server.mjs';

const CONNECTIONS = [1, 16, 64];

export async function run(report, { seconds, rounds, wants }) {
  const wanted = CONNECTIONS.filter((connections) => wants(nameOf(connections)));
  await withServer(async (server) => {
    const ids = await server.upload(Math.max(...wanted));
    const connectionString = await server.connectionString();
    await makeTable(connectionString);
    await withChild('floor-server.cjs', [connectionString], async (url) => {
      const floor = new HttpClient(url);
      for (const connections of wanted)
        await compare(report, { server, floor, ids, connections, seconds, rounds });
      floor.close();
    });
  });
}

function nameOf(connections) {
  return `${connections} ${connections === 1 ? 'connection' : 'connections'}`;
}

async function makeTable(connectionString) {
  const pool = openPool(connectionString);
  await pool.query(BARE_TABLE);
  await pool.end();
}

async function compare(report, { server, floor, ids, connections, seconds, rounds }) {
  let count = 0;
  const last = new Map();
  const p50s = { patch: [], floor: [] };
  const turn = async (name, once, settle) => {
    const latencies = [];
    const rate = await perSecond(seconds / rounds / 2, connections, once, { settle, latencies });
    p50s[name].push(median(latencies));
    return rate;
  };
  const patch = async (loop) => last.set(ids[loop], await server.patch(ids[loop], `Hotel ${(count += 1)}`));
  const settle = () => Promise.all([...last].map(([id, position]) => server.read(id, position)));
  const insert = (loop) =>
    floor.send('PATCH', `/v1/recordings/${ids[loop]}/details`, { place: `Hotel ${(count += 1)}` });
  const contenders = { patch: () => turn('patch', patch, settle), floor: () => turn('floor', insert) };
  // Both are warm before anything counts.
  await interleave(1, contenders);
  p50s.patch.length = p50s.floor.length = 0;
  const rates = await interleave(rounds, contenders);
  report.add(nameOf(connections), {
    figures: rates.patch,
    unit: 'PATCH/s',
    against: { name: 'Nest handler with one INSERT', figures: rates.floor },
    goal: { of: 'ratio', min: 0.22 },
  });
  report.add(`${nameOf(connections)}, p50`, {
    figures: p50s.patch,
    unit: 'ms',
    against: { name: 'Nest handler with one INSERT', figures: p50s.floor },
    ...(connections === 1 && { goal: { of: 'figure', max: 3 } }),
  });
}
