import { DataFolderInUse } from '@voxpersona/platform';
import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormerServerStuck, formerServerEnded, isRefusedByLeaving } from './former-server';

const root = join(__dirname, '../../..');

/** Notes the state that it is told, until it is killed. */
const SERVER = `
  const { writeServerState } = require(process.argv[1]);
  process.stdin.on('data', (state) => {
    writeServerState(process.argv[2], state.toString());
    console.log('noted');
  });
`;

describe('The former server of a data folder', () => {
  let folder: string;
  let server: ChildProcess;
  let lines: string[];
  const log = { warn: (line: string) => void lines.push(line) };
  const never = new AbortController().signal;

  beforeEach(() => {
    lines = [];
    folder = mkdtempSync(join(tmpdir(), 'former-server-'));
    server = spawn(process.execPath, ['-e', SERVER, join(root, 'dist/libs/platform/src'), folder], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  });
  afterEach(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });

  async function note(state: 'running' | 'stopping'): Promise<void> {
    server.stdin?.write(state);
    await once(server.stdout!, 'data');
  }

  async function kill(): Promise<void> {
    if (server.signalCode !== null) return;
    const exit = once(server, 'exit');
    server.kill('SIGKILL');
    await exit;
  }

  it('is not waited for while it runs', async () => {
    await note('running');
    await formerServerEnded(folder, log, never);
    expect(lines).toEqual([]);
  });

  it('is waited for while it stops, and named', async () => {
    await note('stopping');
    const ended = formerServerEnded(folder, log, never);
    expect(lines).toEqual([
      `The former server of ${folder} (pid ${server.pid}) is still stopping. Waiting for it, up to 30 s`,
    ]);
    await kill();
    await ended;
    expect(lines).toHaveLength(1);
  });

  it('is given up when it does not end, in words that name it', async () => {
    await note('stopping');
    const stuck = await formerServerEnded(folder, log, never, 200).catch((error: unknown) => error);
    expect(stuck).toBeInstanceOf(FormerServerStuck);
    expect((stuck as Error).message).toContain(`(pid ${server.pid}, which is still stopping after 0.2 s)`);
  });

  it('is told from one that keeps running after it has refused a start', async () => {
    const refusal = new DataFolderInUse(folder, 'someone');
    expect(isRefusedByLeaving(refusal, folder, undefined)).toBe(false);
    await note('running');
    expect(isRefusedByLeaving(refusal, folder, server.pid)).toBe(false);
    await note('stopping');
    expect(isRefusedByLeaving(refusal, folder, server.pid)).toBe(true);
    expect(isRefusedByLeaving(new FormerServerStuck(folder, 1, 30), folder, server.pid)).toBe(false);
    expect(isRefusedByLeaving(new Error('another'), folder, server.pid)).toBe(false);
    await kill();
    expect(isRefusedByLeaving(refusal, folder, server.pid)).toBe(true);
  });
});
