import { path as ffmpeg } from '@ffmpeg-installer/ffmpeg';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
/** The demo's interview: 80 s of speech. */
export const INTERVIEW = join(root, 'demo/interview.mp3');

const cache = join(tmpdir(), 'voxpersona-test-audio');

/** Makes a file by ffmpeg once per machine; the name tells its content. */
function made(name: string, ...args: string[]): string {
  const file = join(cache, name);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const building = join(cache, `${process.pid}-${name}`);
  execFileSync(ffmpeg, ['-nostdin', '-v', 'error', '-y', ...args, building]);
  renameSync(building, file);
  return file;
}

const tone = (seconds: number): string[] => ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
const picture = (seconds: number): string[] => [
  '-f',
  'lavfi',
  '-i',
  `color=size=64x64:rate=5:duration=${seconds}`,
];

/** The first ten seconds of the interview in every format that people send. */
export const FORMATS = {
  mp3: () => made('speech.mp3', '-i', INTERVIEW, '-t', '10'),
  wav: () => made('speech.wav', '-i', INTERVIEW, '-t', '10'),
  m4a: () => made('speech.m4a', '-i', INTERVIEW, '-t', '10'),
  ogg: () => made('speech.ogg', '-i', INTERVIEW, '-t', '10', '-ar', '48000', '-c:a', 'libopus'),
  flac: () => made('speech.flac', '-i', INTERVIEW, '-t', '10'),
  webm: () => made('speech.webm', '-i', INTERVIEW, '-t', '10', '-ar', '48000', '-c:a', 'libopus'),
  mp4: () => made('speech.mp4', ...picture(10), '-i', INTERVIEW, '-t', '10', '-map', '0:v', '-map', '1:a'),
} as const;

export const silentVideo = (): string => made('silent-video.mp4', ...picture(3));
export const silence = (seconds: number): string =>
  made(
    `silence-${seconds}.mp3`,
    '-f',
    'lavfi',
    '-i',
    `anullsrc=r=16000:cl=mono`,
    '-t',
    String(seconds),
    '-b:a',
    '16k',
  );
export const steadyTone = (seconds: number): string =>
  made(`tone-${seconds}.mp3`, ...tone(seconds), '-b:a', '16k');

/** Noise that is loud for 9 s and silent for 1 s, over and over: cuts are found, and encoding is cheap. */
export const longRecording = (seconds: number, seed = 1): string =>
  made(
    `long-${seconds}-${seed}.mp3`,
    ...['-f', 'lavfi', '-i', `anoisesrc=r=16000:duration=${seconds}:amplitude=0.3:seed=${seed}`],
    ...['-af', "volume='if(lt(mod(t,10),9),1,0)':eval=frame", '-ac', '1', '-b:a', '16k'],
  );

/** Noise of `before` seconds, then `quiet` seconds of silence, then noise again. */
export const silenceBetween = (before: number, quiet: number, after: number): string =>
  made(
    `between-${before}-${quiet}-${after}.mp3`,
    ...['-f', 'lavfi', '-i', `anoisesrc=r=16000:duration=${before + quiet + after}:amplitude=0.3:seed=5`],
    ...[
      '-af',
      `volume='if(between(t,${before},${before + quiet}),0,1)':eval=frame`,
      '-ac',
      '1',
      '-b:a',
      '16k',
    ],
  );

/** Seconds after which a piece of audio is first loud; undefined for one that is silent throughout. */
export function firstSound(audio: Buffer): number | undefined {
  const sampleRate = 8_000;
  const pcm = execFileSync(
    ffmpeg,
    [
      ...['-nostdin', '-v', 'error', '-i', 'pipe:0'],
      ...['-f', 's16le', '-ac', '1', '-ar', String(sampleRate), 'pipe:1'],
    ],
    { input: audio, maxBuffer: 1 << 28 },
  );
  for (let at = 0; at + 1 < pcm.length; at += 2) {
    if (Math.abs(pcm.readInt16LE(at)) > 1_000) return at / 2 / sampleRate;
  }
  return undefined;
}

/** 25 hours that fit in some hundred kilobytes. */
export const tooLong = (): string =>
  made(
    '25-hours.flac',
    '-f',
    'lavfi',
    '-i',
    'anullsrc=r=8000:cl=mono',
    '-t',
    '90000',
    '-frame_size',
    '65535',
  );
