import { PocketsphinxSpeechToText } from '@voxpersona/pipeline';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const withPocketsphinx = PocketsphinxSpeechToText.isInstalled() ? it : it.skip;

withPocketsphinx('the demo recognises the interview and finds the answer at its second', async () => {
  const env = { ...process.env, OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '' };
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'demo/demo.mjs')], {
    cwd: root,
    env,
  });
  expect(Number(/words recognised: ([\d.]+) %/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(80);
  expect(Number(/word error rate: ([\d.]+) %/.exec(stdout)?.[1])).toBeLessThanOrEqual(20);
  expect(stdout).toContain('pocketsphinx en-us: OPENAI_API_KEY is not set');
  expect(stdout).toMatch(/at 00:49: “the breakfast was wonderful/);
  expect(stdout).toMatch(/AnalysisCompleted/);
});
