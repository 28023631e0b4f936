import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const bench = join(__dirname, '../../bench');

async function run(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(bench, 'run.mjs'), ...args]);
  return stdout;
}

describe('The runner of the benchmarks', () => {
  it('lists each of them', async () => {
    const listed = (await run()).trim().split('\n');
    const names = listed.map((line) => line.split(' ')[0]);
    const files = readdirSync(bench).filter((file) => file.endsWith('.mjs') && file !== 'run.mjs');
    expect(names.sort()).toEqual([...files.map((file) => file.replace('.mjs', '')), 'all'].sort());
  });

  it('refuses a name that it does not know', async () => {
    await expect(run('nothing')).rejects.toMatchObject({ code: 2 });
  });

  it('prints a JSON line per case, and nothing else on stdout', async () => {
    const tiny = ['--case', 'builtin', '--vectors', '50', '--seconds', '0.01', '--rounds', '2'];
    const printed = await run('vector-index', '--json', ...tiny);
    const lines = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      {
        bench: 'vector-index',
        case: 'builtin',
        figure: expect.any(Number),
        unit: 'searches/s',
        against: { name: 'plain loop', figure: expect.any(Number) },
        ratio: expect.any(Number),
        goal: null,
        pass: null,
        spread: [expect.any(Number), expect.any(Number)],
      },
    ]);
  });
});
