import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROGRAMS, sparseWords, synthesise, TimedWord, wavFile } from '../tones';

/** Makes recordings of known words in a folder of its own. */
export class Studio {
  /** The words of the base recording: 1.5 s each, every 3 s. */
  readonly words: readonly TimedWord[];
  private readonly folder = mkdtempSync(join(tmpdir(), 'voxpersona-studio-'));
  private basePath: Promise<string> | undefined;
  private count = 0;

  /** @param seconds length of the base recording */
  constructor(readonly seconds: number) {
    this.words = sparseWords(seconds);
  }

  /** Samples of the base recording: one channel of 48 kHz. */
  samples(): Float32Array {
    return synthesise({ seconds: this.seconds, words: this.words });
  }

  /** Path of the base recording as a WAV file. */
  base(): Promise<string> {
    this.basePath ??= this.save('base.wav', wavFile([this.samples()]));
    return this.basePath;
  }

  /** Writes a file that no other case writes to. @returns its path */
  async save(name: string, content: Buffer): Promise<string> {
    const path = this.path(name);
    await writeFile(path, content);
    return path;
  }

  /** A new path that ends with this name. */
  path(name: string): string {
    const folder = join(this.folder, String((this.count += 1)));
    mkdirSync(folder);
    return join(folder, name);
  }

  /** Runs ffmpeg with these options and an output of this name. @returns the path of the output */
  async ffmpeg(name: string, ...options: string[]): Promise<string> {
    const path = this.path(name);
    await promisify(execFile)(PROGRAMS.ffmpeg, ['-nostdin', '-v', 'error', '-y', ...options, path]);
    return path;
  }

  /** The base recording in another form. @returns the bytes of the file */
  async encode(name: string, ...options: string[]): Promise<Buffer> {
    return readFile(await this.ffmpeg(name, '-i', await this.base(), ...options));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let encoders: ReadonlySet<string> | undefined;

/** Whether the ffmpeg at hand has this encoder. */
export function hasEncoder(name: string): boolean {
  encoders ??= new Set(
    execFileSync(PROGRAMS.ffmpeg, ['-nostdin', '-v', 'error', '-encoders'], { encoding: 'utf8' })
      .split('\n')
      .flatMap((line) => /^ A\S+ +(\S+)/.exec(line)?.[1] ?? []),
  );
  return encoders.has(name);
}

/** Options of an input without content: a picture of one colour. */
export function picture(seconds: number): string[] {
  return ['-f', 'lavfi', '-i', `color=size=64x64:rate=5:duration=${seconds}`];
}
