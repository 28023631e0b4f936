import {
  hearTones,
  matchWords,
  silent,
  synthesise,
  synthesiseCall,
  TimedWord,
  wavFile,
  worstTimeError,
} from '@test/tones';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SplitResult } from '../media';
import { FfmpegMedia } from './ffmpeg-media';
import { findMediaPrograms } from './programs';

const SECONDS = 70;
const CHUNK_RATE = 16_000;
const WAV_HEADER_BYTES = 44;
/** Seconds that times may be off; lossy codecs shift sound by some milliseconds. */
const ACCURACY = 0.2;

const never = new AbortController().signal;
const programs = findMediaPrograms({});
const { sides, channels } = synthesiseCall(SECONDS);

describe('A split with separate channels', () => {
  const media = new FfmpegMedia(programs);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'channels-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const written = (name: string, content: Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const encoded = (name: string, source: string, ...args: string[]): string => {
    const path = join(folder, name);
    execFileSync(programs.ffmpeg, ['-nostdin', '-v', 'error', '-y', '-i', source, ...args, path]);
    return path;
  };
  const split = (file: string): Promise<SplitResult> => {
    const preference = { targetSeconds: 20, maxSeconds: 28 };
    const encoding = { extension: 'wav' as const, sampleRate: CHUNK_RATE };
    const request = { file, outputFolder: folder, preference, encoding, channels: 'separate' as const };
    return media.split(request, never);
  };
  /** All that is heard on a channel as its chunks hold it; what two of them share is taken once. */
  const hear = ({ chunks }: SplitResult, channel: number | null): TimedWord[] => {
    const pieces = chunks
      .filter((chunk) => chunk.channel === channel)
      .map(({ file, overlapSeconds }) =>
        readFileSync(file).subarray(WAV_HEADER_BYTES + Math.round(overlapSeconds * CHUNK_RATE) * 2),
      );
    const bytes = new Uint8Array(Buffer.concat(pieces)).buffer;
    return hearTones(
      Float32Array.from(new Int16Array(bytes), (sample) => sample / 32_768),
      CHUNK_RATE,
    );
  };
  const expectWords = (result: SplitResult, channel: number | null, words: readonly TimedWord[]): void => {
    const match = matchWords(words, hear(result, channel));
    expect(match).toMatchObject({ lost: [], extra: [] });
    expect(worstTimeError(match)).toBeLessThan(ACCURACY);
  };
  const expectBothSides = (result: SplitResult): void => {
    expect(result.mixedBecause).toBeNull();
    sides.forEach((words, side) => expectWords(result, side + 1, words));
  };

  it('gives each channel chunks and cuts of its own, whose indexes run on', async () => {
    const result = await split(written('call.wav', wavFile(channels)));
    expectBothSides(result);
    const { chunks, durationSeconds, timeline } = result;
    expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, place) => place));
    expect(chunks.map(({ file }) => basename(file))).toEqual(chunks.map((_, place) => `${place}.wav`));
    expect(durationSeconds).toBeCloseTo(SECONDS, 2);
    for (const number of [1, 2]) {
      const own = chunks.filter(({ channel }) => channel === number);
      expect(own.length).toBeGreaterThan(2);
      expect(own[0]?.start).toBe(0);
      expect(own.at(-1)?.end).toBe(durationSeconds);
      own.slice(1).forEach(({ start, overlapSeconds }, place) => {
        // Both sides are never silent together: only by itself a channel has pauses to be cut in.
        expect(overlapSeconds).toBe(0);
        expect(start).toBe(own[place]?.end);
        const words = sides[number - 1] ?? [];
        expect(words.some((word) => word.start < start && start < word.end)).toBe(false);
      });
    }
    // The recording itself is listened to as a mix.
    expect(timeline.mix[0]).toBeCloseTo(timeline.mix[1] ?? 0);
  });

  it.each([
    ['call.mp3', ['-c:a', 'libmp3lame']],
    ['call.ogg', ['-c:a', 'libopus']],
    ['call.m4a', ['-c:a', 'aac']],
  ])('hears every word of %s under its channel', async (name, args) => {
    expectBothSides(await split(encoded(name, written('call.wav', wavFile(channels)), ...args)));
  });

  it('lays all channels on one clock, also where packets are missing', async () => {
    const whole = written('call.wav', wavFile(channels));
    const lost = ['-af', "aselect='not(between(t,20.7,33.7))'", '-c:a', 'libopus'];
    const result = await split(encoded('gap.webm', whole, ...lost));
    expect(result.gaps).toEqual([
      { start: expect.closeTo(20.7, 0), end: expect.closeTo(33.7, 0), code: 'missing_in_file' },
    ]);
    sides.forEach((words, side) => {
      const certain = ({ start, end }: TimedWord): boolean => end < 20 || start > 34.5;
      const match = matchWords(words.filter(certain), hear(result, side + 1).filter(certain));
      expect(match).toMatchObject({ lost: [], extra: [] });
      expect(worstTimeError(match)).toBeLessThan(ACCURACY);
    });
  });

  it('finds no speech on a channel on which nobody speaks', async () => {
    const result = await split(written('one-sided.wav', wavFile([silent(SECONDS), channels[1]])));
    expect(result.mixedBecause).toBeNull();
    expectWords(result, 1, []);
    expectWords(result, 2, sides[1]);
    const speech = (number: number) =>
      result.chunks.filter(({ channel }) => channel === number).flatMap((chunk) => chunk.speech);
    expect(speech(1)).toEqual([]);
    expect(speech(2).length).toBeGreaterThan(0);
  });

  it('takes up to eight channels', async () => {
    const eight = Array.from({ length: 8 }, (_, place) => (place === 5 ? channels[0] : silent(SECONDS)));
    const result = await split(written('eight.wav', wavFile(eight)));
    expect(new Set(result.chunks.map(({ channel }) => channel))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
    expectWords(result, 6, sides[0]);
    expectWords(result, 5, []);
  });

  it('mixes a file that it makes no sense for, and says why', async () => {
    const mono = await split(written('mono.wav', wavFile([channels[0]])));
    expect(mono.mixedBecause).toBe('one_channel');
    expectWords(mono, null, sides[0]);
    const twice = written('twice.wav', wavFile([channels[0], channels[0]]));
    const identical = await split(encoded('twice.mp3', twice, '-c:a', 'libmp3lame'));
    expect(identical.mixedBecause).toBe('identical_channels');
    expectWords(identical, null, sides[0]);
    const nine = Array.from({ length: 9 }, (_, seed) => synthesise({ seconds: 5, words: [], seed }));
    const many = await split(written('nine.wav', wavFile(nine)));
    expect(many).toMatchObject({ mixedBecause: 'too_many_channels', chunks: [{ channel: null }] });
  });
});
