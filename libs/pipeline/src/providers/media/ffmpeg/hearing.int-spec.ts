import { path as packagedFfmpeg } from '@ffmpeg-installer/ffmpeg';
import { path as packagedFfprobe } from '@ffprobe-installer/ffprobe';
import {
  hearAudio,
  hearTones,
  matchWords,
  shifted,
  silent,
  sparseWords,
  synthesise,
  TimedWord,
  wavFile,
  worstTimeError,
} from '@test/tones';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { AudioProbe, SplitResult } from '../media';
import { FfmpegMedia } from './ffmpeg-media';
import { findMediaPrograms } from './programs';

const SECONDS = 70;
const WORDS = sparseWords(SECONDS);
const never = new AbortController().signal;
const system = findMediaPrograms({});
const packaged = findMediaPrograms({ ffmpeg: packagedFfmpeg, ffprobe: packagedFfprobe });
/** Seconds that times may be off; lossy codecs shift sound by some milliseconds. */
const ACCURACY = 0.2;
const CHUNK_RATE = 16_000;
const WAV_HEADER_BYTES = 44;

interface Case {
  make: (name: string) => void;
  words: TimedWord[];
  probe?: Partial<AudioProbe>;
  gaps?: { start: number; end: number }[];
}

let files: string;
let base: string;
let baseBytes: Buffer;
let samples: Float32Array;

const path = (name: string): string => join(files, name);
const ffmpeg = (...args: string[]): void => {
  execFileSync(system.ffmpeg, ['-nostdin', '-v', 'error', '-y', ...args]);
};
const write = (name: string, ...pieces: Buffer[]): void => writeFileSync(path(name), Buffer.concat(pieces));
const encode = (name: string, ...args: string[]): Buffer => {
  ffmpeg('-i', base, ...args, path(name));
  return readFileSync(path(name));
};
/** The base with another size in the header of its data. */
const withDataSize = (size: number, riffSize = size + 36): Buffer => {
  const bytes = Buffer.from(baseBytes);
  bytes.writeUInt32LE(riffSize % 2 ** 32, 4);
  bytes.writeUInt32LE(size, bytes.indexOf('data') + 4);
  return bytes;
};
/** The base on one of several channels. */
const onChannel = (channel: number, channels: number): Buffer =>
  wavFile(Array.from({ length: channels }, (_, n) => (n === channel ? samples : silent(SECONDS))));
/** Makes a file of two equal ones. */
const joinedTwice =
  (one: string, ...args: string[]) =>
  (name: string): void => {
    const bytes = encode(one, ...args);
    write(name, bytes, bytes);
  };
const between = (from: number, to: number): TimedWord[] =>
  WORDS.filter(({ start, end }) => start >= from && end <= to);
const twice = [...WORDS, ...shifted(WORDS, SECONDS)];
const near = (start: number, end: number): { start: number; end: number } => ({
  start: expect.closeTo(start, 0) as number,
  end: expect.closeTo(end, 0) as number,
});
/** Where files are cut off: about half of them is left, and the cut lies in a pause. */
const CUT = 0.475;
/** Share of an m4a that its index at the front takes. */
const INDEX_SHARE = 0.01;
const DATA_SIZE = SECONDS * 96_000;
const OPUS = ['-c:a', 'libopus'];
const VIDEO = ['-f', 'lavfi', '-i', `color=size=64x64:rate=5:duration=${SECONDS + 10}`];

const CASES: Record<string, Case> = {
  'gap.webm': {
    make: (name) => encode(name, '-af', "aselect='not(between(t,20.7,33.7))'", ...OPUS),
    words: [...between(0, 20.7), ...between(33.7, SECONDS)],
    gaps: [near(20.7, 33.7)],
  },
  'late.mp4': {
    make: (name) =>
      ffmpeg(
        ...VIDEO,
        '-itsoffset',
        '10',
        '-i',
        base,
        '-map',
        '0:v',
        '-map',
        '1:a',
        '-c:a',
        'aac',
        path(name),
      ),
    words: shifted(WORDS, 10),
  },
  'obs2.mp4': {
    make: (name) =>
      ffmpeg(
        ...['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo', '-i', base, '-map', '0:a', '-map', '1:a'],
        ...['-c:a', 'aac', '-t', '70', path(name)],
      ),
    words: WORDS,
    probe: {
      tracks: [expect.objectContaining({ chosen: false }), expect.objectContaining({ chosen: true })],
    },
  },
  'anti.wav': { make: (name) => encode(name, '-af', 'pan=stereo|c0=c0|c1=-1*c0'), words: WORDS },
  'six.wav': { make: (name) => write(name, onChannel(3, 6)), words: WORDS },
  'three.wav': { make: (name) => write(name, onChannel(2, 3)), words: WORDS },
  'twelve.wav': { make: (name) => write(name, onChannel(11, 12)), words: WORDS },
  '5.1 lfe.flac': { make: (name) => encode(name, '-af', 'pan=5.1|LFE=c0'), words: WORDS },
  'joined.wav': { make: (name) => write(name, baseBytes, baseBytes), words: twice },
  'joined after metadata.wav': {
    make: (name) => {
      const list = Buffer.from('LIST\x04\x00\x00\x00INFO', 'latin1');
      const other = encode('other.wav', '-ar', '16000');
      write(name, baseBytes, list, other);
    },
    words: twice,
  },
  'joined with other channels.wav': {
    make: (name) => write(name, baseBytes, encode('stereo.wav', '-ac', '2', '-ar', '16000')),
    words: twice,
    probe: { durationSeconds: expect.closeTo(2 * SECONDS, 0) as number },
  },
  'joined.webm': {
    make: joinedTwice('one.webm', ...OPUS),
    words: twice,
  },
  'joined.mp4': {
    make: joinedTwice('one.m4a', '-c:a', 'aac'),
    words: twice,
    probe: { longerThanDeclared: { declaredSeconds: expect.closeTo(SECONDS, 0) as number } },
  },
  'joined.ogg': {
    make: joinedTwice('one.ogg', ...OPUS),
    words: twice,
  },
  'joined.mp3': {
    make: joinedTwice('one.mp3', '-c:a', 'libmp3lame'),
    words: twice,
  },
  'short-header.wav': {
    make: (name) => write(name, withDataSize(960_000)),
    words: WORDS,
    probe: { longerThanDeclared: { declaredSeconds: 10 } },
  },
  'seg1.mkv': {
    make: () => ffmpeg('-i', base, ...OPUS, '-f', 'segment', '-segment_time', '18', path('seg%d.mkv')),
    words: shifted(between(18, 36), -18),
  },
  'sox_rec.wav': { make: (name) => write(name, withDataSize(0x7ffff000)), words: WORDS },
  'live.wav': { make: (name) => write(name, withDataSize(0xffffffff, 0xffffffff)), words: WORDS },
  'almost 4 GB.wav': { make: (name) => write(name, withDataSize(0xffffffff - 80)), words: WORDS },
  'unknown.wav': { make: (name) => write(name, withDataSize(0, 0)), words: WORDS },
  'plus16.wav': { make: (name) => write(name, withDataSize(DATA_SIZE + 16)), words: WORDS },
  'minus16.wav': { make: (name) => write(name, withDataSize(DATA_SIZE - 16)), words: WORDS },
  'padded.wav': { make: (name) => write(name, baseBytes, Buffer.alloc(150_000)), words: WORDS },
  'padded.ogg': {
    make: (name) => write(name, encode('plain.ogg', ...OPUS), Buffer.alloc(150_000)),
    words: WORDS,
  },
  'short-sound.mp4': {
    make: (name) =>
      ffmpeg(
        ...VIDEO,
        '-i',
        base,
        '-map',
        '0:v',
        '-map',
        '1:a',
        '-af',
        'atrim=0:40',
        '-c:a',
        'aac',
        path(name),
      ),
    words: between(0, 40),
  },
  'short-sound.mkv': {
    make: (name) =>
      ffmpeg(...VIDEO, '-i', base, '-map', '0:v', '-map', '1:a', '-af', 'atrim=0:40', ...OPUS, path(name)),
    words: between(0, 40),
  },
  'half.m4a': {
    make: (name) => {
      const title = ['-metadata', 'title=Estimating duration from bitrate'];
      const whole = encode('whole.m4a', '-c:a', 'aac', '-movflags', '+faststart', ...title);
      write(name, whole.subarray(0, whole.length * (CUT + INDEX_SHARE)));
    },
    words: between(0, CUT * SECONDS),
    probe: { endsEarly: { declaredSeconds: expect.closeTo(SECONDS, 0) as number } },
    gaps: [near(CUT * SECONDS, SECONDS)],
  },
  'half.wav': {
    make: (name) => write(name, baseBytes.subarray(0, baseBytes.length * CUT)),
    words: between(0, CUT * SECONDS),
    probe: { endsEarly: { declaredSeconds: SECONDS } },
    gaps: [near(CUT * SECONDS, SECONDS)],
  },
  'half.flac': {
    make: (name) => {
      const whole = encode('whole.flac');
      write(name, whole.subarray(0, whole.length * CUT));
    },
    words: between(0, CUT * SECONDS),
    probe: { endsEarly: { declaredSeconds: SECONDS } },
  },
  'half.ogg': {
    make: (name) => {
      const whole = encode('whole.ogg', ...OPUS);
      write(name, whole.subarray(0, whole.length * CUT));
    },
    words: between(0, CUT * SECONDS),
    probe: { endsEarly: { declaredSeconds: null } },
    gaps: [],
  },
  ...Object.fromEntries(
    [
      ['plain.mp3', ['-c:a', 'libmp3lame']],
      ['plain.au', []],
      ['plain.eac3', []],
      ['plain.tta', []],
      ['plain.wv', []],
      ['plain.aiff', []],
      ['plain.caf', []],
      ['plain.ts', ['-c:a', 'aac']],
      ['plain.avi', ['-c:a', 'libmp3lame']],
      ['plain.wma', []],
      ['plain.flv', ['-ar', '44100', '-c:a', 'aac']],
      ['plain.aac', []],
      ['plain.ac3', []],
    ].map(([name, args]) => [
      name,
      { make: (file: string) => encode(file, ...(args as string[])), words: WORDS },
    ]),
  ),
};

beforeAll(() => {
  files = mkdtempSync(join(tmpdir(), 'hearing-'));
  base = join(files, 'base.wav');
  samples = synthesise({ seconds: SECONDS, words: WORDS });
  baseBytes = wavFile([samples]);
  writeFileSync(base, baseBytes);
  for (const [name, { make }] of Object.entries(CASES)) make(name);
}, 120_000);
afterAll(() => rmSync(files, { recursive: true }));

// With the ffmpeg that is found, more files than these are heard end to end (test/e2e/hearing-files).
describe('The packaged ffmpeg of 2018', () => {
  const media = new FfmpegMedia(packaged);
  const limits = { maxSeconds: 86_400 };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chunks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const split = (file: string): Promise<SplitResult> => {
    const preference = { targetSeconds: 20, maxSeconds: 28 };
    const encoding = { extension: 'wav' as const, sampleRate: CHUNK_RATE };
    return media.split({ file, outputFolder: folder, preference, encoding }, never);
  };
  /** All that is heard in the recording as its chunks hold it; what two of them share is taken once. */
  const hear = ({ chunks }: SplitResult): TimedWord[] => {
    const pieces = chunks.map(({ file, overlapSeconds }) =>
      readFileSync(file).subarray(WAV_HEADER_BYTES + Math.round(overlapSeconds * CHUNK_RATE) * 2),
    );
    const bytes = new Uint8Array(Buffer.concat(pieces)).buffer;
    return hearTones(
      Float32Array.from(new Int16Array(bytes), (sample) => sample / 32_768),
      CHUNK_RATE,
    );
  };

  // The packaged ffprobe crashes on every MPEG transport stream, whatever its options.
  it.each(Object.keys(CASES).filter((name) => name !== 'plain.ts'))(
    'hears every word of %s',
    async (name) => {
      const { words, probe: expected, gaps } = CASES[name]!;
      const probe = await media.probe(path(name), limits);
      const result = await split(path(name));
      expect(probe.durationSeconds).toBeCloseTo(result.durationSeconds, 1);
      expect(probe).toMatchObject({ endsEarly: null, ...(expected ?? {}) });
      expect(result.gaps).toEqual(
        (gaps ?? (expected?.endsEarly ? result.gaps : [])).map((gap) => ({
          code: 'missing_in_file',
          ...gap,
        })),
      );
      const match = matchWords(words, hear(result));
      expect(match).toMatchObject({ lost: [], extra: [] });
      expect(worstTimeError(match)).toBeLessThan(ACCURACY);
      // A clip in the middle holds the same words at the same times.
      const word = words[Math.floor(words.length * 0.7)]!;
      const request = {
        start: word.start - 0.5,
        end: word.end + 0.5,
        format: 'wav' as const,
        timeline: result.timeline,
      };
      const clip = await buffer(await media.clip(path(name), request, never));
      const [heard, ...others] = await hearAudio(clip);
      expect(others).toEqual([]);
      expect(heard?.word).toBe(word.word);
      const inChunks = match.pairs.find((pair) => pair.expected === word)!.heard;
      expect(Math.abs(heard!.start + request.start - inChunks.start)).toBeLessThan(0.05);
    },
  );
});
