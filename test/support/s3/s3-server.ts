import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MinioOptions } from '@voxpersona/pipeline';
import { onPath } from '@voxpersona/platform';
import { freePort } from '../free-port';
import { MEMCACHED_OFFSET, swiftConfig } from './swift-config';

export interface S3Server extends Omit<MinioOptions, 'bucket'> {
  stop(): Promise<void>;
}

const SERVERS = ['account', 'container', 'object', 'proxy'] as const;
const START_MS = 60_000;

const SWIFT = 'swift-proxy-server';

/** The server that the environment names. */
function namedServer(): S3Server | undefined {
  const { MINIO_ENDPOINT, MINIO_ACCESS_KEY, MINIO_SECRET_KEY, MINIO_REGION } = process.env;
  if (!MINIO_ENDPOINT || !MINIO_ACCESS_KEY || !MINIO_SECRET_KEY) return undefined;
  return {
    ...{ endpoint: MINIO_ENDPOINT, accessKey: MINIO_ACCESS_KEY, secretKey: MINIO_SECRET_KEY },
    region: MINIO_REGION ?? 'us-east-1',
    stop: () => Promise.resolve(),
  };
}

/** Whether there is an S3 server to test with. Says it where there is none; on a build machine that is an error. */
export function hasS3Server(): boolean {
  if (namedServer() || onPath(SWIFT)) return true;
  const missing =
    'There is no S3 server to test with: install swift-proxy and its companions, or set MINIO_ENDPOINT';
  if (process.env.CI) throw new Error(missing);
  process.stderr.write(`${missing}\n`);
  return false;
}

/**
 * An S3 server for tests: the one that the environment names (MINIO_ENDPOINT and its keys), else OpenStack's Swift with its
 * S3 API, started here. Only where `hasS3Server`.
 */
export async function startS3Server(): Promise<S3Server> {
  return namedServer() ?? startSwift();
}

async function startSwift(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'swift-'));
  const port = await freePortsInARow(MEMCACHED_OFFSET + 1);
  // As root, Swift becomes the user that its package made; it must be able to read what lies here.
  const user = process.getuid?.() === 0 ? 'swift' : userInfo().username;
  const secretKey = 'testing';
  mkdirSync(join(folder, 'devices', 'd1'), { recursive: true });
  for (const [name, text] of Object.entries(swiftConfig({ folder, port, user, secretKey })))
    writeFileSync(join(folder, name), text);
  for (const [index, ring] of (['object', 'container', 'account'] as const).entries())
    buildRing(folder, ring, port + 1 + index);
  chmodSync(folder, 0o755);
  if (user === 'swift') execFileSync('chown', ['-R', 'swift:swift', folder]);
  const memcached = ['memcached', '-l', '127.0.0.1', '-p', String(port + MEMCACHED_OFFSET), '-u', 'nobody'];
  const commands = [
    memcached,
    ...SERVERS.map((name) => [`swift-${name}-server`, join(folder, `${name}.conf`)]),
  ];
  const children = commands.map((command) => startOne(folder, command));
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await answering(`${endpoint}/healthcheck`, children);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, accessKey: 'test:tester', secretKey, region: 'us-east-1', stop };
}

function buildRing(folder: string, name: string, port: number): void {
  const builder = (...args: string[]): void => {
    execFileSync('swift-ring-builder', [`${name}.builder`, ...args], { cwd: folder, stdio: 'ignore' });
  };
  builder('create', '4', '1', '0');
  builder(
    'add',
    ...['--region', '1', '--zone', '1', '--ip', '127.0.0.1', '--port', String(port)],
    ...['--device', 'd1', '--weight', '1'],
  );
  builder('rebalance');
}

/** A shell stands between, which ends the server when this process is gone, however that ended. */
function startOne(folder: string, [command = '', ...args]: readonly string[]): ChildProcess {
  const script =
    '"$@" < /dev/null & server=$!; trap "kill $server; exit" TERM; cat > /dev/null; kill $server';
  const log = openSync(join(folder, `${command}.log`), 'w');
  return spawn('sh', ['-c', script, 'sh', command, ...args], { stdio: ['pipe', log, log] });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}

async function answering(url: string, children: readonly ChildProcess[]): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    if ((await fetch(url).catch(() => undefined))?.ok) return;
    const ended = children.find(({ exitCode }) => exitCode !== null);
    if (ended || Date.now() > deadline) throw new Error('Swift did not start');
    await sleep(100);
  }
}

async function freePortsInARow(count: number): Promise<number> {
  for (;;) {
    const first = await freePort();
    if (first + count < 65_000) return first;
  }
}
