import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearServerState, otherServer, writeServerState } from './server-state';

const root = join(__dirname, '../../../..');

/** Notes the state that it is told, until it is killed. */
const SERVER = `
  const { writeServerState } = require(process.argv[1]);
  process.stdin.on('data', (state) => {
    writeServerState(process.argv[2], state.toString());
    console.log('noted');
  });
`;

describe('The state of a server in its data folder', () => {
  let folder: string;
  let server: ChildProcess;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'server-state-'));
    server = spawn(process.execPath, ['-e', SERVER, join(root, 'dist/libs/platform/src'), folder], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  });
  afterEach(async () => {
    await killServer();
    rmSync(folder, { recursive: true, force: true });
  });

  async function note(state: 'running' | 'stopping'): Promise<void> {
    server.stdin?.write(state);
    await once(server.stdout!, 'data');
  }

  async function killServer(): Promise<void> {
    if (server.signalCode !== null) return;
    const exit = once(server, 'exit');
    server.kill('SIGKILL');
    await exit;
  }

  it('names the process and tells whether it is stopping', async () => {
    expect(otherServer(folder)).toBeUndefined();
    await note('running');
    expect(otherServer(folder)).toEqual({ pid: server.pid, state: 'running' });
    await note('stopping');
    expect(otherServer(folder)).toEqual({ pid: server.pid, state: 'stopping' });
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('means nothing once the process is dead, or its number belongs to another process', async () => {
    await note('stopping');
    const [file = ''] = readdirSync(folder);
    const noted = JSON.parse(readFileSync(join(folder, file), 'utf8')) as object;
    await killServer();
    expect(otherServer(folder)).toBeUndefined();
    // The parent of this process lives, and is not the one that was noted.
    writeFileSync(join(folder, file), JSON.stringify({ ...noted, pid: process.ppid }));
    expect(otherServer(folder)).toBeUndefined();
    writeFileSync(join(folder, file), 'half a li');
    expect(otherServer(folder)).toBeUndefined();
  });

  it('is removed by the process that noted it, and by no other', async () => {
    await note('running');
    clearServerState(folder);
    expect(otherServer(folder)).toBeDefined();
    writeServerState(folder, 'running');
    expect(otherServer(folder)).toBeUndefined();
    clearServerState(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});
