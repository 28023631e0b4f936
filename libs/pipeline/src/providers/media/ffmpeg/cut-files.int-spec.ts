import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CutFile, cutFile } from './cut-files';
import { findMediaPrograms } from './programs';

const SECONDS = 20;
const { ffmpeg } = findMediaPrograms({});
const sound = ['-f', 'lavfi', '-i', `anoisesrc=r=44100:d=${SECONDS}:seed=1`];
const video = ['-f', 'lavfi', '-i', `color=size=64x64:rate=5:d=${SECONDS + 6}`];

/** Name of the file, of its container as ffprobe and as ffmpeg call it, and its encoders. */
const FILES: readonly (readonly [string, string, string, string])[] = [
  ['pcm.caf', 'caf', 'caf', '-c:a pcm_s16be'],
  ['adpcm.caf', 'caf', 'caf', '-c:a adpcm_ima_qt'],
  ['pcm.w64', 'w64', 'w64', '-c:a pcm_s16le'],
  ['adpcm.w64', 'w64', 'w64', '-c:a adpcm_ms'],
  ['pcm.avi', 'avi', 'avi', '-c:a pcm_s16le'],
  ['mp3.avi', 'avi', 'avi', '-c:a libmp3lame'],
  ['sound.wma', 'asf', 'asf', '-c:a wmav2'],
  ['sound.flv', 'flv', 'flv', '-c:a libmp3lame'],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cut-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function encode(name: string, ...options: string[]): Buffer {
  const path = join(folder, name);
  execFileSync(ffmpeg, ['-nostdin', '-v', 'error', '-y', ...options, path]);
  return readFileSync(path);
}

async function look(content: Buffer, container: string): Promise<CutFile | 'whole' | 'unsized'> {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  const handle: FileHandle = await open(path, 'r');
  try {
    return await cutFile(handle, { from: 0, to: content.length }, container);
  } finally {
    await handle.close();
  }
}

const cut = (whole: Buffer): Buffer => whole.subarray(0, Math.round(whole.length * 0.6));

describe.each(FILES)('%s', (name, container, format, codec) => {
  const options = [...sound, ...codec.split(' ')];

  it('states how long it was before it was cut', async () => {
    const whole = encode(name, ...options);
    const found = await look(cut(whole), container);
    expect(found).toMatchObject({ trackSeconds: [expect.closeTo(SECONDS, 0)] });
  });

  it('is whole when nothing is missing, or some bytes of its end', async () => {
    const whole = encode(name, ...options);
    expect(await look(whole, container)).toBe('whole');
    expect(await look(whole.subarray(0, -100), container)).toBe('whole');
    expect(await look(Buffer.concat([whole, Buffer.alloc(10_000)]), container)).toBe('whole');
  });

  it('says nothing of its length when it was written to a pipe', async () => {
    const piped = execFileSync(
      ffmpeg,
      ['-nostdin', '-v', 'error', ...options, '-f', format, 'pipe:1'],
      // ffmpeg may complain that it cannot go back.
      { maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const found = await look(piped, container);
    expect(found).toBe(container === 'avi' ? 'unsized' : 'whole');
  });
});

describe('A video', () => {
  const maps = ['-map', '0:v', '-map', '1:a', '-map', '1:a'];

  it.each([
    ['avi', 'v.avi'],
    ['asf', 'v.wmv'],
  ])('of %s states a length too', async (container, name) => {
    const whole = encode(name, ...video, ...sound, ...maps, '-c:v', 'msmpeg4', '-c:a', 'libmp3lame');
    const found = await look(cut(whole), container);
    const tracks = [expect.closeTo(SECONDS, 0), expect.closeTo(SECONDS, 0)];
    expect(found).toEqual(
      container === 'avi'
        ? { trackSeconds: tracks, isOfAllStreams: false }
        : { trackSeconds: [expect.closeTo(SECONDS + 6, 0)], isOfAllStreams: true },
    );
  });
});

describe('Anything else', () => {
  it('is whole as far as can be told', async () => {
    for (const container of ['caf', 'w64', 'avi', 'asf', 'flv', 'mp3']) {
      expect(await look(Buffer.alloc(0), container)).toBe('whole');
      expect(await look(Buffer.alloc(20_000, 0xff), container)).toBe('whole');
    }
  });
});
