import { FORMATS, INTERVIEW, longRecording, silence, steadyTone } from '@test/audio/audio';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SplitResult } from '../media';
import { FfmpegMedia } from './ffmpeg-media';
import { findMediaPrograms } from './programs';

describe('ffmpeg', () => {
  const media = new FfmpegMedia(findMediaPrograms({}));
  const never = new AbortController().signal;
  const limits = { maxSeconds: 86_400 };
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'split-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const split = (
    file: string,
    targetSeconds: number,
    maxSeconds: number,
    signal = never,
  ): Promise<SplitResult> =>
    media.split(
      {
        file,
        outputFolder: folder,
        preference: { targetSeconds, maxSeconds },
        encoding: { extension: 'wav', sampleRate: 16_000 },
      },
      signal,
    );

  it.each(Object.entries(FORMATS))('measures %s', async (_format, file) => {
    const probe = await media.probe(file(), limits);
    expect(probe.durationSeconds).toBeGreaterThan(9.8);
    expect(probe.durationSeconds).toBeLessThan(10.2);
  });

  it('believes the content and not the name', async () => {
    const disguised = join(folder, 'audio.txt');
    writeFileSync(disguised, readFileSync(FORMATS.flac()));
    expect(await media.probe(disguised, limits)).toMatchObject({ container: 'flac', codec: 'flac' });
  });

  it('takes live recordings, which do not know their own length', async () => {
    const wav = readFileSync(FORMATS.wav());
    const at = wav.indexOf('data');
    wav.writeUInt32LE(0xffffffff, at + 4);
    wav.writeUInt32LE(0xffffffff, 4);
    writeFileSync(join(folder, 'live.wav'), wav);
    expect((await media.probe(join(folder, 'live.wav'), limits)).durationSeconds).toBeCloseTo(10, 0);
  });

  it('cuts at silences near the target, without a gap or an overlap', async () => {
    const { chunks, durationSeconds } = await split(longRecording(60), 20, 25);
    expect(durationSeconds).toBeCloseTo(60, 1);
    expect(chunks.map((chunk) => Math.round(chunk.start))).toEqual([0, 20, 40]);
    // Noise for 9 s, silence for 1 s: every cut lies in the silence.
    for (const { end } of chunks.slice(0, -1)) expect(end % 10).toBeGreaterThan(8.9);
    for (const [index, chunk] of chunks.entries()) {
      expect(chunk.overlapSeconds).toBe(0);
      expect(chunk.start).toBeCloseTo(chunks[index - 1]?.end ?? 0, 3);
      const bytes = readFileSync(chunk.file);
      expect(chunk).toMatchObject({
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      // 44 bytes of header, 2 bytes for each of 16,000 samples a second.
      expect((bytes.length - 44) / 32_000).toBeCloseTo(chunk.end - chunk.start, 2);
    }
  });

  it('overlaps by five seconds where there is no silence', async () => {
    const { chunks } = await split(steadyTone(70), 30, 35);
    expect(chunks.length).toBeGreaterThan(1);
    for (const [index, chunk] of chunks.entries()) {
      if (index > 0)
        expect(chunk).toMatchObject({
          overlapSeconds: 5,
          start: expect.closeTo(chunks[index - 1]!.end - 5, 3),
        });
      expect(chunk.end - chunk.start).toBeLessThanOrEqual(35);
    }
    expect(chunks.at(-1)!.end).toBeCloseTo(70, 1);
  });

  it('leaves a short or silent recording whole', async () => {
    expect((await split(FORMATS.ogg(), 25, 40)).chunks).toHaveLength(1);
    rmSync(join(folder, '0.wav'));
    expect((await split(silence(20), 25, 40)).chunks).toMatchObject([{ start: 0, overlapSeconds: 0 }]);
  });

  it('gives the same bytes for the same audio', async () => {
    const first = await split(INTERVIEW, 25, 40);
    const second = await split(INTERVIEW, 25, 40);
    expect(second.chunks.map((chunk) => chunk.sha256)).toEqual(first.chunks.map((chunk) => chunk.sha256));
  });

  it('ends when it is aborted, and when the file cannot be read', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('called off')), 30);
    await expect(split(longRecording(900), 180, 240, abort.signal)).rejects.toThrow('called off');
    writeFileSync(join(folder, 'junk'), 'junk');
    await expect(split(join(folder, 'junk'), 25, 40)).rejects.toMatchObject({ code: 'unreadable_media' });
  });

  /** ffmpeg, with something of ours after it or in its place. */
  const wrapped = (commands: string): FfmpegMedia => {
    const programs = findMediaPrograms({});
    const script = join(folder, 'ffmpeg');
    writeFileSync(script, `#!/bin/sh\n${commands.replaceAll('FFMPEG', `"${programs.ffmpeg}"`)}\n`);
    chmodSync(script, 0o755);
    return new FfmpegMedia({ ...programs, ffmpeg: script });
  };
  const splitBy = (own: FfmpegMedia): Promise<SplitResult> => {
    const preference = { targetSeconds: 180, maxSeconds: 240 };
    const encoding = { extension: 'wav' as const, sampleRate: 16_000 };
    return own.split({ file: INTERVIEW, outputFolder: folder, preference, encoding }, never);
  };

  it('waits for a process that takes its time to end, on a busy machine', async () => {
    const slow = wrapped('FFMPEG "$@"\ncode=$?\nexec >&-\nsleep 0.3\nexit $code');
    expect((await splitBy(slow)).chunks).toHaveLength(1);
  });

  it.each([
    ['killed', 'unavailable', 'kill -KILL $$'],
    ['ended by a signal', 'unavailable', 'echo "Exiting normally, received signal 2." >&2\nexit 255'],
    ['out of space', 'unavailable', 'echo "av_write_frame(): No space left on device" >&2\nexit 1'],
  ])('says nothing of the file where it was %s', async (_how, code, ending) => {
    // Asked what it can do it still tells.
    const failing = wrapped(`case "$*" in *-i*) ${ending.replaceAll('\n', '; ')};; esac\nexec FFMPEG "$@"`);
    await expect(splitBy(failing)).rejects.toMatchObject({ code, provider: 'ffmpeg' });
    await expect(failing.probe(INTERVIEW, limits)).rejects.toMatchObject({ code, provider: 'ffmpeg' });
  });
});
