import { INTERVIEW, longRecording } from '@test/audio/audio';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { FfmpegMedia } from './ffmpeg-media';
import { findMediaPrograms } from './programs';

const media = new FfmpegMedia(findMediaPrograms({}));
const never = new AbortController().signal;

describe('Clips', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clips-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(['mp3', 'ogg', 'wav'] as const)('as %s are as long as was asked', async (format) => {
    const clip = await media.clip(INTERVIEW, { start: 10.25, end: 12.75, format }, never);
    writeFileSync(join(folder, 'clip'), await buffer(clip));
    const { durationSeconds } = await media.probe(join(folder, 'clip'), { maxSeconds: 60 });
    expect(durationSeconds).toBeGreaterThan(2.4);
    expect(durationSeconds).toBeLessThan(2.65);
  });

  it('begin where they were asked to', async () => {
    const samples = async (start: number, end: number): Promise<Buffer> => {
      const wav = await buffer(await media.clip(INTERVIEW, { start, end, format: 'wav' }, never));
      return wav.subarray(wav.indexOf('data') + 8);
    };
    const whole = await samples(10, 14);
    const part = await samples(12, 14);
    // 50 ms of the part are found in the whole, two seconds in; a decoder may be off by some samples.
    const bytesPerSecond = whole.length / 4;
    const piece = part.subarray(Math.round(bytesPerSecond / 2), Math.round(bytesPerSecond / 2) + 400);
    const at = whole.indexOf(piece) / bytesPerSecond;
    expect(Math.abs(at - 2.5)).toBeLessThan(0.05);
  });

  it('of what is no media are an error before the first byte', async () => {
    const file = join(folder, 'page.mp3');
    writeFileSync(file, '<html></html>');
    await expect(media.clip(file, { start: 0, end: 1, format: 'mp3' }, never)).rejects.toMatchObject({
      name: 'ProviderFailure',
    });
  });

  it.each(['reader', 'signal'] as const)('end with their %s', async (who) => {
    const file = longRecording(600, 990);
    const stop = new AbortController();
    const clip: Readable = await media.clip(file, { start: 0, end: 600, format: 'wav' }, stop.signal);
    expect(ffmpegsOn(file)).toBe(1);
    if (who === 'reader') clip.destroy();
    else stop.abort();
    for (let attempt = 0; attempt < 200 && ffmpegsOn(file) > 0; attempt += 1) await sleep(25);
    expect(ffmpegsOn(file)).toBe(0);
  });
});

/** Programs of ours that have this file open on their command line. */
function ffmpegsOn(file: string): number {
  const programs = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return programs.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file);
    } catch {
      return false;
    }
  }).length;
}
