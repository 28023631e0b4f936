// Runs one proof at full size: npm run prove -- crash
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

const PROOFS = {
  parallel: ['e2e', 'test/e2e/parallel', 'chunks are transcribed side by side within the limit'],
  crash: [
    'e2e',
    'test/e2e/crash.e2e',
    'kill -9 at every event loses nothing, doubles nothing, pays nothing twice',
  ],
  'eventstoredb-crash': [
    'e2e',
    'test/e2e/eventstoredb-crash',
    'the same on a fake EventStoreDB, appends to which break off, also after they were applied',
  ],
  outcomes: [
    'e2e',
    'test/e2e/outcomes',
    'answers to appends lost in every way, 50 backends killed inside COMMIT: nothing is lost or doubled',
  ],
  stall: [
    'e2e',
    'test/e2e/stall',
    'a writer stopped, or unplugged, in the middle of a batch: the others append, and it is fenced when it wakes',
  ],
  'routes-eventstoredb': [
    'e2e',
    'test/e2e/(access|bad-input|details|failures|idempotency|lifecycle|listening-copy|operator|original-missing|pipeline|progress|recordings|reprocess|rights|trail|upload-link|routes)',
    'the tests of all routes with the log in a fake EventStoreDB',
    { VOXPERSONA_TEST_STORE: 'eventstoredb' },
  ],
  cluster: [
    'e2e',
    'test/e2e/cluster',
    '200 recordings by two api and three worker processes, workers killed throughout',
  ],
  'log-copy': [
    'e2e',
    'test/e2e/log-copy',
    '100,000 events to a fake EventStoreDB, killed twice: same count, hashes and order, no job made',
  ],
  contention: [
    'integration',
    'libs/event-store/src/actors',
    '5,000 interleavings (tests: 1,000) of two writers on one stream',
  ],
  faiss: [
    'integration',
    'libs/vector-index/src/faiss/recall',
    'recall, memory and quiet of HNSW over 100,000 x 384',
  ],
  kills: [
    'integration',
    'vector-index-replica',
    'the index process killed 50 times under load: nothing wrong, nothing lost',
  ],
  limits: [
    'integration',
    'providers/keys/limits',
    'three processes keep two keys within their limits, and use them (2.5 minutes)',
  ],
  uploads: [
    'e2e',
    'test/e2e/upload-fuzz',
    '1,000 malformed uploads: no error of ours, no object left behind',
  ],
  requests: [
    'e2e',
    'test/e2e/request-fuzz',
    '2,000 wrong requests derived from the API description: no error of ours',
  ],
  seams: [
    'e2e',
    'test/e2e/hearing-seams',
    '18 × 15 minutes of hurried words at three levels of noise: none lost, none doubled where chunks meet',
  ],
  media: [
    'e2e',
    'test/e2e/hearing-mutations',
    '1,000 damaged media files: no error of ours, no process over its memory or its time',
  ],
  hearing: [
    'e2e',
    'test/e2e/hearing-(files|responses)',
    'files that people reported, 95 containers and codecs, answers of recognisers: every word at its time',
  ],
  'big-upload': ['e2e', 'test/e2e/big-upload', 'an upload of 1 GB in constant memory; ten at once are fair'],
  rebuild: [
    'e2e',
    'test/e2e/rebuild',
    'every projection rebuilt over 100,000 events, killed 20 times, while uploads and searches go on',
  ],
  seals: [
    'integration',
    'sealer/sealer',
    '1,000 edits of the log: every one in the sealed part found and named',
  ],
  'as-of': ['integration', 'generations/replay', '200 looks back, each equal to a replay up to there'],
  'telegram-crowd': ['e2e', 'test/e2e/telegram-crowd', '100 people send voice notes to the bot at once'],
  'telegram-crash': [
    'e2e',
    'test/e2e/telegram-crash',
    'the bot killed 40 times in the middle of a conversation',
  ],
  stopping: [
    'e2e',
    'test/e2e/stopping',
    'a stop with busy clients takes at most 3 s, 20 times; of 20 starts during a stop all come up',
  ],
  starting: [
    'e2e',
    'test/e2e/starting',
    'a start comes up with its database, wherever in the start that goes away',
  ],
  erasure: ['e2e', 'test/e2e/erasure', 'after an erasure nothing of a recording is found anywhere'],
};

const name = process.argv[2];
const proof = PROOFS[name];
if (!proof) {
  console.error('Name a proof:');
  for (const [known, [, , what]] of Object.entries(PROOFS)) console.error(`  ${known.padEnd(19)} ${what}`);
  process.exit(1);
}
const [project, path, , environment] = proof;
const root = join(__dirname, '../..');
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/jest/bin/jest.js'), '--selectProjects', project, '--testPathPatterns', path],
  { cwd: root, stdio: 'inherit', env: { ...process.env, VOXPERSONA_PROOF: 'full', ...environment } },
);
process.exit(status ?? 1);
