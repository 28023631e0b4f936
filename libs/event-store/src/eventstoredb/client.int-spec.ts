import { FakeEventStoreDb } from '@test/eventstoredb/fake-eventstoredb';
import { FakeGossip } from '@test/eventstoredb/fake-gossip';
import { ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(__dirname, '../../../..');
const OUTAGES = 3;

/** Appends and reads without a pause, and writes a line per second: what came of them since the last line. */
const LOAD = `
  const { EventStoreDbEventStore, openClient } = require(process.argv[1]);
  const { randomUUID } = require('node:crypto');
  const store = new EventStoreDbEventStore(openClient(process.argv[2], ['load']));
  let counts = { appended: 0, read: 0, failed: 0, unhandled: 0 };
  process.on('unhandledRejection', () => (counts.unhandled += 1));
  const event = () => ({ id: randomUUID(), type: 'Happened', data: { n: 1 }, metadata: {} });
  const repeat = async (kind, call) => {
    for (;;) {
      await call().then(() => (counts[kind] += 1), () => (counts.failed += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  for (let n = 0; n < 8; n += 1) {
    repeat('appended', () => store.append('load-' + randomUUID(), [event()], 'no_stream'));
    repeat('read', () => store.head());
  }
  setInterval(() => {
    console.log(JSON.stringify(counts));
    counts = { ...counts, appended: 0, read: 0, failed: 0 };
  }, 250);
`;

interface Counts {
  appended: number;
  read: number;
  failed: number;
  /** Since the beginning. */
  unhandled: number;
}

describe('The client of a cluster', () => {
  const node = new FakeEventStoreDb();
  const seeds = [new FakeGossip(), new FakeGossip()];
  let child: ChildProcess;
  let lines: AsyncIterator<string>;

  beforeAll(async () => {
    const port = Number(new URL(await node.start()).port);
    const addresses = await Promise.all(seeds.map((seed) => seed.start()));
    for (const seed of seeds) seed.leader = { address: '127.0.0.1', port };
    const url = `esdb://${addresses.join(',')}?tls=false&maxDiscoverAttempts=2&discoveryInterval=50`;
    const library = join(root, 'dist/libs/event-store/src');
    child = spawn(process.execPath, ['-e', LOAD, library, url], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  });
  afterAll(() => {
    child.kill();
    node.stop();
    for (const seed of seeds) seed.stop();
  });

  async function countsUntil(isEnough: (counts: Counts) => boolean): Promise<Counts> {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`The process ended with ${child.exitCode ?? child.signalCode ?? 'no code'}`);
      const counts = JSON.parse(value) as Counts;
      if (isEnough(counts)) return counts;
    }
  }

  it('survives that no node can be found, under load, and goes on once they are back', async () => {
    for (let outage = 0; outage < OUTAGES; outage += 1) {
      await countsUntil(({ appended, read, failed }) => appended > 0 && read > 0 && failed === 0);
      node.stop();
      for (const seed of seeds) seed.stop();
      await countsUntil(({ appended, read, failed }) => appended === 0 && read === 0 && failed > 0);
      await Promise.all([node.start(), ...seeds.map((seed) => seed.start())]);
    }
    const last = await countsUntil(({ appended, read, failed }) => appended > 0 && read > 0 && failed === 0);
    expect(last.unhandled).toBe(0);
  });
});
