// Speaks interview.script.txt with two of flite's voices and writes interview.mp3. Needs Debian's package flite; run it
// only to change the script: the audio is part of the project.
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VOICES = { Interviewer: 'kal16', Guest: 'rms' };
const PAUSE_SECONDS = 0.9;

const folder = mkdtempSync(join(tmpdir(), 'interview-'));
const lines = readFileSync(new URL('interview.script.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const run = (...args) => execFileSync(ffmpeg.path, ['-nostdin', '-v', 'error', '-y', ...args]);

run('-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-t', String(PAUSE_SECONDS), join(folder, 'pause.wav'));
const list = lines.flatMap((line, index) => {
  const [speaker, text] = line.split(/:\s+(.*)/);
  const file = join(folder, `${index}.wav`);
  execFileSync('flite', ['-voice', VOICES[speaker], '-t', text, '-o', file]);
  return [`file '${file}'`, `file '${join(folder, 'pause.wav')}'`];
});
writeFileSync(join(folder, 'list.txt'), list.join('\n'));
const output = new URL('interview.mp3', import.meta.url).pathname;
run(
  '-f',
  'concat',
  '-safe',
  '0',
  '-i',
  join(folder, 'list.txt'),
  '-ac',
  '1',
  '-ar',
  '16000',
  '-b:a',
  '48k',
  output,
);
rmSync(folder, { recursive: true });
