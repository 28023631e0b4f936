import { INTERVIEW } from '@test/audio/audio';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FfmpegMedia } from './ffmpeg-media';
import { findMediaPrograms } from './programs';
import { failureOf, runToEnd } from './run-program';

const programs = findMediaPrograms({});

describe('Bounds of ffmpeg', () => {
  const limits = { maxSeconds: 86_400 };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bounds-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A program of ours in the place of ffmpeg or ffprobe. */
  const script = (name: string, commands: string): string => {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${commands}\n`);
    chmodSync(file, 0o755);
    return file;
  };

  it('refuses audio that decodes to more than its headers say', async () => {
    const flac = join(folder, 'b.flac');
    const silence = [
      '-f',
      'lavfi',
      '-i',
      'anullsrc=r=1:cl=mono',
      '-t',
      '108000',
      '-c:a',
      'flac',
      '-frame_size',
      '8000',
    ];
    execFileSync(programs.ffmpeg, ['-nostdin', '-v', 'error', ...silence, flac]);
    await expect(new FfmpegMedia(programs).probe(flac, limits)).rejects.toMatchObject({ code: 'too_long' });
  });

  it('gives programs no setting of ours', async () => {
    process.env.BOUNDS_SECRET = 'a secret';
    try {
      const told = join(folder, 'environment');
      const ffmpeg = script('ffmpeg', `env > "${told}"\nexit 1`);
      await expect(new FfmpegMedia({ ...programs, ffmpeg }).probe(INTERVIEW, limits)).rejects.toThrow();
      expect(readFileSync(told, 'utf8')).toContain('PATH=');
      expect(readFileSync(told, 'utf8')).not.toContain('BOUNDS_SECRET');
    } finally {
      delete process.env.BOUNDS_SECRET;
    }
  });

  it('ends a program at its time limit, and keeps the end of what it said', async () => {
    const endless = script(
      'endless',
      'i=0\nwhile [ $i -lt 3000 ]; do echo "line $i" >&2; i=$((i+1)); done\nexec sleep 600',
    );
    const { end } = await runToEnd(programs, endless, [], { wallSeconds: 2, maxOutputBytes: 1_000 });
    expect(failureOf(end)).toMatchObject({ code: 'timeout' });
    expect(end.stderr.length).toBeLessThanOrEqual(8_192);
  });

  it('limits the memory of a program', async () => {
    if (!programs.prlimit) return;
    const greedy = script('greedy', 'exec node -e "Buffer.alloc(2 ** 31 - 1, 1)"');
    const { end } = await runToEnd(programs, greedy, [], { wallSeconds: 60, maxOutputBytes: 1_000 });
    expect(failureOf(end)).toBeDefined();
  });

  it.each(['kill -SEGV $$', 'kill -ABRT $$', 'exit 1'])(
    'refuses a file on which ffprobe ends by %s',
    async (ending) => {
      const ffprobe = script('ffprobe', ending);
      const media = new FfmpegMedia({ ...programs, ffprobe });
      await expect(media.probe(INTERVIEW, limits)).rejects.toMatchObject({
        name: 'UnusableAudio',
        code: 'not_media',
      });
    },
  );
});
