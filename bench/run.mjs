// Runs benchmarks: npm run bench -- NAME [--json], see README.md. Without a name it lists them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Report } from './support/report.mjs';

const BENCHMARKS = {
  patch: 'PATCH of details over 1, 16 and 64 connections; floor: a Nest handler with one INSERT',
  statements: 'SQL statements of a lone command, and of an uploaded recording',
  idle: 'CPU and SQL statements of a server that nobody asks anything',
  after: 'what GET ?after= takes longer than a plain GET',
  rebuild: 'rebuilding all read models; floor: COPY of their rows',
  append: 'appends to 1, 16 and 64 streams in PostgreSQL; floor: bare INSERT, peer: Emmett',
  'append-eventstoredb': 'the same in EventStoreDB; floor: the bare client',
  'read-eventstoredb': 'reading $all and catching up in EventStoreDB; floor: the bare client',
  'vector-index': 'searches by each engine; floor: a plain loop',
};
const OPTIONS = {
  json: { type: 'boolean', default: false },
  case: { type: 'string', default: '' },
  seconds: { type: 'string', default: '10' },
  rounds: { type: 'string', default: '5' },
  events: { type: 'string', default: '20000' },
  vectors: { type: 'string', default: '20000' },
  'no-peers': { type: 'boolean', default: false },
};

const { positionals, values } = parseArgs({ options: OPTIONS, allowPositionals: true });
const names = positionals.includes('all') ? Object.keys(BENCHMARKS) : positionals;
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));

if (names.length === 0 || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no benchmark ${name}. There are:`);
  for (const [name, text] of Object.entries(BENCHMARKS)) console.log(`${name.padEnd(20)} ${text}`);
  console.log(`${'all'.padEnd(20)} all of them, one after the other`);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  if (!values['no-peers'] && names.includes('append')) installPeers();
  for (const name of names) await measure(name);
}

async function measure(name) {
  const options = {
    // Of one case: all its turns together.
    seconds: numberOf('seconds'),
    rounds: numberOf('rounds'),
    events: numberOf('events'),
    vectors: numberOf('vectors'),
    peers: !values['no-peers'],
    wants: (one) => one.includes(values.case),
  };
  const load = () => loadavg()[0].toFixed(1);
  const before = load();
  const { run } = await import(`./${name}.mjs`);
  try {
    await run(new Report(name, { json: values.json }), options);
  } catch (error) {
    console.error(`${name}: ${error.stack}`);
    process.exitCode = 1;
  }
  console.error(`${name}: load of the machine ${before} before, ${load()} after`);
}

function numberOf(option) {
  const number = Number(values[option]);
  if (number > 0) return number;
  console.error(`--${option} must be a number above 0.`);
  process.exit(2);
}

/** Goes on without them where they cannot be fetched. */
function installPeers() {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  if (existsSync(`${folder}node_modules`)) return;
  console.error('Installing peers (npm ci --prefix bench) …');
  spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
