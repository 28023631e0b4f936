import { INTERVIEW, longRecording } from '@test/audio/audio';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    // The part begins two seconds into the whole; encoders and resamplers may change the last bit.
    const at = (bytes: Buffer, seconds: number): number =>
      bytes.readInt16LE(Math.round(seconds * 48_000) * 2);
    const offsets = Array.from({ length: 200 }, (_, n) => 0.5 + n * 0.005);
    const difference = (shift: number): number =>
      offsets.reduce((sum, offset) => sum + Math.abs(at(whole, offset + 2 + shift) - at(part, offset)), 0);
    const shifts = Array.from({ length: 401 }, (_, n) => (n - 200) / 4_000);
    const best = shifts.reduce((one, other) => (difference(other) < difference(one) ? other : one));
    expect(Math.abs(best)).toBeLessThan(0.001);
  });

  it('of what is no media are an error before the first byte', async () => {
    const file = join(folder, 'page.mp3');
    writeFileSync(file, '<html></html>');
    await expect(media.clip(file, { start: 0, end: 1, format: 'mp3' }, never)).rejects.toMatchObject({
      name: 'ProviderFailure',
    });
  });

  it('end with their signal, and leave nothing behind', async () => {
    const file = longRecording(600, 990);
    const stop = new AbortController();
    const clip = media.clip(file, { start: 0, end: 600, format: 'mp3' }, stop.signal);
    const outcome = expect(clip).rejects.toThrow('gone');
    while (ffmpegsOn(file) === 0) await sleep(5);
    stop.abort(new Error('gone'));
    await outcome;
    expect(ffmpegsOn(file)).toBe(0);
  });

  it('state their true length in their header', async () => {
    const clip = await media.clip(INTERVIEW, { start: 5, end: 65, format: 'mp3' }, never);
    const file = join(folder, 'clip.mp3');
    writeFileSync(file, await buffer(clip));
    const { ffprobe } = findMediaPrograms({});
    const options = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0'];
    expect(Number(execFileSync(ffprobe, [...options, file], { encoding: 'utf8' }))).toBeCloseTo(60, 0);
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
