import { path as packagedFfmpeg } from '@ffmpeg-installer/ffmpeg';
import { findMediaPrograms } from '@voxpersona/pipeline';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { hearTones } from './hear-tones';
import { TimedWord } from './words';

/** The programs that the project finds; FFMPEG_PATH and FFPROBE_PATH choose others, as they do for the server. */
export const PROGRAMS = findMediaPrograms({
  ffmpeg: process.env.FFMPEG_PATH,
  ffprobe: process.env.FFPROBE_PATH,
});

/** It is started for every chunk that a fake recogniser hears, see test/support/server/media-programs. */
const DECODER = process.env.FFMPEG_PATH ?? packagedFfmpeg;

/** Samples per second that recognisers take. */
export const HEARING_RATE = 16_000;

/** Decodes audio of any kind that ffmpeg knows: one channel at `HEARING_RATE`. @throws Error with ffmpeg's own words */
export async function decodeMono(audio: Buffer): Promise<Float32Array> {
  const child = spawn(DECODER, [
    ...['-nostdin', '-v', 'error', '-i', 'pipe:0'],
    ...['-f', 's16le', '-ac', '1', '-ar', String(HEARING_RATE), 'pipe:1'],
  ]);
  // Whatever ffmpeg does not read any more is its own affair.
  child.stdin.on('error', () => undefined);
  child.stdin.end(audio);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => pieces.push(bytes));
  const complaints = text(child.stderr);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${await complaints}`);
  // A copy begins where 16-bit numbers may begin; a piece of a pool need not.
  const bytes = new Uint8Array(Buffer.concat(pieces)).buffer;
  return Float32Array.from(new Int16Array(bytes, 0, bytes.byteLength >> 1), toUnit);
}

function toUnit(sample: number): number {
  return sample / 32_768;
}

/** The words that are heard in audio of any kind. */
export async function hearAudio(audio: Buffer): Promise<TimedWord[]> {
  return hearTones(await decodeMono(audio), HEARING_RATE);
}
