import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../fuzz/random';
import {
  denseWords,
  hearAudio,
  hearTones,
  matchWords,
  PROGRAMS,
  silent,
  sparseWords,
  synthesise,
  TimedWord,
  wavFile,
  whiteNoise,
  worstTimeError,
} from '.';

/** Every word once, each at its time. */
function expectWords(heard: readonly TimedWord[], expected: readonly TimedWord[], tolerance = 0.05): void {
  const match = matchWords(expected, heard);
  expect({ lost: match.lost, extra: match.extra }).toEqual({ lost: [], extra: [] });
  expect(worstTimeError(match)).toBeLessThanOrEqual(tolerance);
}

describe('the recogniser that hears tones', () => {
  const sparse = sparseWords(70);
  const dense = denseWords(60, new SeededRandom(5));

  it('knows the words of the reference recording', () => {
    expect(sparse).toHaveLength(23);
    expect(sparse.slice(0, 4)).toEqual([
      { start: 1, end: 2.5, word: 'alpha' },
      { start: 4, end: 5.5, word: 'delta' },
      { start: 7, end: 8.5, word: 'golf' },
      { start: 10, end: 11.5, word: 'juliet' },
    ]);
  });

  it.each([8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])('hears every word at %d Hz', (rate) => {
    expectWords(hearTones(synthesise({ seconds: 60, rate, words: dense }), rate), dense);
  });

  it.each([
    [-15, -80],
    [-15, -45],
    [-15, -32],
    [-15, -18],
    [-3, -60],
    [-45, -70],
    [-55, -90],
  ])('hears words of %d dBFS over noise of %d dBFS', (level, noise) => {
    const rate = 16_000;
    expectWords(hearTones(synthesise({ seconds: 60, rate, words: dense, level, noise }), rate), dense);
  });

  it('hears two people who speak at the same time', () => {
    const one = synthesise({ seconds: 20, rate: 16_000, words: [{ start: 2, end: 3, word: 'golf' }] });
    const other = synthesise({ seconds: 20, rate: 16_000, words: [{ start: 2.5, end: 4, word: 'bravo' }] });
    expectWords(
      hearTones(
        one.map((sample, at) => (sample + (other[at] ?? 0)) / 2),
        16_000,
      ),
      [
        { start: 2, end: 3, word: 'golf' },
        { start: 2.5, end: 4, word: 'bravo' },
      ],
    );
  });

  it('tells the same word said again after a tenth of a second', () => {
    const words = Array.from({ length: 20 }, (_, index): TimedWord => {
      return { start: 1 + index * 0.6, end: 1.5 + index * 0.6, word: 'echo' };
    });
    for (const noise of [-80, -32])
      expectWords(hearTones(synthesise({ seconds: 15, rate: 16_000, words, noise }), 16_000), words);
  });

  it('hears nothing in silence, in noise and in clicks', () => {
    expect(hearTones(silent(20, 16_000), 16_000)).toEqual([]);
    for (const seed of [1, 2, 3]) expect(hearTones(whiteNoise(16_000 * 120, 0.2, seed), 16_000)).toEqual([]);
    const clicks = silent(20, 16_000).map((_, at) => (at % 4_000 < 3 ? 0.9 : 0));
    expect(hearTones(clicks, 16_000)).toEqual([]);
  });

  it('hears the rest of a word that was cut', () => {
    const samples = synthesise({ seconds: 70, rate: 16_000, words: sparse }).subarray(16_000 * 2, 16_000 * 5);
    expectWords(hearTones(samples, 16_000), [
      { start: 0, end: 0.5, word: 'alpha' },
      { start: 2, end: 3, word: 'delta' },
    ]);
  });
});

describe('words that are encoded and decoded', () => {
  const words = denseWords(60, new SeededRandom(9));
  let folder: string;
  let wav: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tones-'));
    wav = join(folder, 'base.wav');
    writeFileSync(wav, wavFile([synthesise({ seconds: 60, words, noise: -45 })]));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are all heard in WAV', async () => {
    expectWords(await hearAudio(readFileSync(wav)), words);
  });

  it.each([
    ['48k.mp3', ['-c:a', 'libmp3lame', '-ar', '16000', '-b:a', '48k']],
    ['128k.mp3', ['-c:a', 'libmp3lame', '-b:a', '128k']],
    ['16k.ogg', ['-c:a', 'libopus', '-b:a', '16k']],
    ['96k.ogg', ['-c:a', 'libopus', '-b:a', '96k']],
    ['96k.m4a', ['-c:a', 'aac', '-b:a', '96k', '-movflags', '+faststart']],
    ['32k.aac', ['-c:a', 'aac', '-b:a', '32k', '-ar', '16000']],
  ])('are all heard in %s', async (name, codec) => {
    const file = join(folder, name);
    execFileSync(PROGRAMS.ffmpeg, ['-nostdin', '-v', 'error', '-i', wav, ...codec, file]);
    // Raw AAC cannot say that its first samples are the encoder's.
    expectWords(await hearAudio(readFileSync(file)), words, name.endsWith('.aac') ? 0.12 : 0.05);
  });
});

describe('matching what was heard with what was said', () => {
  const said = sparseWords(30);

  it('finds lost, doubled and late words', () => {
    expect(matchWords(said, said)).toMatchObject({ lost: [], extra: [] });
    const [first, second, ...rest] = said as [TimedWord, TimedWord, ...TimedWord[]];
    expect(matchWords(said, [first, ...rest]).lost).toEqual([second]);
    expect(matchWords(said, [first, second, second, ...rest]).extra).toEqual([second]);
    expect(worstTimeError(matchWords(said, [{ ...first, end: first.end + 3 }, second, ...rest]))).toBe(3);
  });
});
