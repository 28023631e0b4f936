// Shows the main job on real speech: starts a server of its own on an empty folder, sends the interview, and prints
// what came of it. With --serve it keeps serving afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, openAsBlob, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import wordErrorRateModule from './word-error-rate.cjs';

const { wordErrorRate } = wordErrorRateModule;
const root = fileURLToPath(new URL('..', import.meta.url));
const QUESTION = 'How were the bread and the coffee at breakfast?';
/** Where in the interview the answer is given, in seconds. */
const ANSWERED_AT = 49;
const PATIENCE_MS = 5 * 60_000;
const keepServing = process.argv.includes('--serve');

const folder = mkdtempSync(join(tmpdir(), 'voxpersona-demo-'));
// As root the database runs as another user, who must be able to enter.
chmodSync(folder, 0o711);
const server = spawn(process.execPath, [join(root, 'dist/apps/api/src/main.js')], {
  cwd: root,
  env: {
    // The demo needs no network, and shows no download; MODELS_DOWNLOAD=yes lets it fetch a Whisper model.
    MODELS_DOWNLOAD: 'no',
    ...process.env,
    VOXPERSONA_DATA_DIR: folder,
    DATABASE_URL: '',
    PORT: keepServing ? '3000' : '0',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});

try {
  const { url, key } = await started(server);
  const api = client(url, key);
  await showProviders(api);
  const recording = await upload(api);
  await follow(api, recording);
  const ok = (await showTranscript(api, recording)) && (await showReport(api, recording));
  const found = await showSearch(api);
  await showTrail(api, recording);
  if (!ok || !found) throw new Error('The demo did not come out as it should; see above.');
  if (keepServing) {
    console.log(`\nServing on ${url}/docs until you press Ctrl-C. Your key: ${key}`);
    await once(process, 'SIGINT');
  }
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  if (server.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Waits for the server's address and the key that its first start prints. */
function started(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (bytes) => {
      output += bytes;
      const url = /Listening on (http:\S+?),/.exec(output)?.[1];
      const key = /^ {2}(vox_\S+)$/m.exec(output)?.[1];
      if (url && key) resolve({ url, key });
    });
    child.on('exit', (code) => reject(new Error(`The server ended with exit code ${code}.`)));
  });
}

function client(url, key) {
  return async (path, options = {}) => {
    const headers = { authorization: `Bearer ${key}`, ...options.headers };
    const response = await fetch(url + path, { ...options, headers });
    const body = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${body}`);
    return response.headers.get('content-type')?.includes('json') ? JSON.parse(body) : body;
  };
}

async function showProviders(api) {
  title('What stands in for what');
  const { providers } = await api('/health/ready');
  const { speechToText, languageModel, embedder } = providers;
  console.log(`Speech-to-text  ${speechToText.provider} ${speechToText.model}: ${speechToText.because}`);
  console.log(`                ${speechToText.note}`);
  console.log(`Reports         ${languageModel.provider} ${languageModel.model}: ${languageModel.because}`);
  console.log(`                ${languageModel.note}`);
  console.log(`Embeddings      ${embedder.provider} ${embedder.model}: ${embedder.because}`);
}

async function upload(api) {
  title('Upload');
  const form = new FormData();
  form.set('file', await openAsBlob(join(root, 'demo/interview.mp3')), 'interview.mp3');
  form.set('scenario', 'interview');
  form.set('details', JSON.stringify({ place: 'hotel', occasion: 'after the stay' }));
  const { id, position } = await api('/v1/recordings', { method: 'POST', body: form });
  // From here on what was uploaded can be read.
  await api(`/v1/recordings/${id}?after=${position}`);
  console.log(`interview.mp3 is recording ${id}`);
  return id;
}

/** Shows the stages until the recording and its reports are done. */
async function follow(api, id) {
  const deadline = Date.now() + PATIENCE_MS;
  let shown = '';
  while (Date.now() < deadline) {
    const recording = await api(`/v1/recordings/${id}`);
    const line = progress(recording);
    if (line !== shown) print(line);
    shown = line;
    const { status, reports, failures, gaps } = recording;
    if (status === 'failed')
      throw new Error(`The recording failed: ${JSON.stringify(failures.concat(gaps))}`);
    if (reports.some((report) => report.status === 'failed')) throw new Error('The report failed.');
    if (status === 'ready' && reports.every((report) => report.status === 'completed')) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  if (process.stdout.isTTY) process.stdout.write('\n');
}

function progress({ stage, chunks, reports }) {
  const written = reports.filter((report) => report.status === 'completed').length;
  const steps = 2 + chunks.total + 2 + Math.max(1, reports.length);
  const passed = { splitting: 1, transcribing: 2, assembling: 2, indexing: 3, done: 4 }[stage];
  const done = passed + chunks.done + written;
  const bar = '█'.repeat(Math.round((done / steps) * 30)).padEnd(30, '░');
  const detail = stage === 'transcribing' ? ` ${chunks.done} of ${chunks.total} chunks` : '';
  return `${bar} ${stage}${detail}${stage === 'done' ? `, reports ${written} of ${reports.length}` : ''}`;
}

/** One line that changes on a terminal; a line for each change elsewhere. */
function print(line) {
  if (process.stdout.isTTY) process.stdout.write(`\r${line.padEnd(80)}`);
  else console.log(line);
}

async function showTranscript(api, id) {
  title('Transcript');
  console.log(await api(`/v1/recordings/${id}/transcript?format=text`));
  const { lines } = await api(`/v1/recordings/${id}/transcript`);
  const script = readFileSync(join(root, 'demo/interview.script.txt'), 'utf8').replace(/^\w+:/gm, '');
  const { rate, recognised, words } = wordErrorRate(script, lines.map((line) => line.text).join(' '));
  console.log(`words recognised: ${percent(recognised)} of ${words}`);
  console.log(`word error rate: ${percent(rate)}`);
  return recognised >= 0.8;
}

function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}

async function showReport(api, id) {
  const { reports } = await api(`/v1/recordings/${id}`);
  title('Report');
  for (const report of reports) console.log(await api(`/v1/reports/${report.id}?format=markdown`));
  return reports.length > 0;
}

async function showSearch(api) {
  title(`Search: “${QUESTION}”`);
  const { hits } = await api('/v1/search', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUESTION, sources: ['transcript'], limit: 3 }),
  });
  for (const { fileName, start, end, moment, foundBy } of hits) {
    console.log(`${fileName}, passage ${clock(start)}–${clock(end)}, found by ${foundBy.join(' and ')}`);
    console.log(`  at ${clock(moment.start)}: “${moment.text}”`);
  }
  return Math.abs((hits[0]?.moment?.start ?? Infinity) - ANSWERED_AT) <= 1;
}

async function showTrail(api, id) {
  title('Audit trail');
  const { events } = await api(`/v1/recordings/${id}/events`);
  for (const { position, type, metadata, data } of events) {
    const by = `${metadata.actor.kind} ${metadata.actor.id}`;
    const model = data.call
      ? `  ${data.call.model.provider} ${data.call.model.model}, ${data.call.durationMs} ms`
      : '';
    console.log(`${position.padStart(4)}  ${metadata.hash.slice(0, 12)}  ${type.padEnd(22)} ${by}${model}`);
  }
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}

function title(text) {
  console.log(`\n${text}\n${'─'.repeat(text.length)}`);
}
