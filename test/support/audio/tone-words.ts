import { SeededRandom } from '../fuzz/random';

export interface ToneWord {
  start: number;
  end: number;
}

const FADE_SECONDS = 0.01;

/** Words of 0.5 to 0.8 s with pauses of 0.1 to 0.5 s, as people in a café speak. */
export function denseWords(seconds: number, seed = 1): ToneWord[] {
  const random = new SeededRandom(seed);
  const words: ToneWord[] = [];
  let at = 0.5;
  for (;;) {
    const end = at + 0.5 + 0.3 * random.next();
    if (end > seconds - 0.3) return words;
    words.push({ start: at, end });
    at = end + 0.1 + 0.4 * random.next();
  }
}

/** Samples per second of what is made here. */
const RATE = 16_000;
/** The noise is steady within a block, and repeats after the table. */
const BLOCK = 1_600;
const NOISE_TABLE = 65_536;
let noiseTable: Float32Array | undefined;

/**
 * Words as sines over white noise.
 *
 * @param noise level of the background at a time, and `level` that of the words: root mean square, in dBFS
 * @returns mono 16-bit samples at 16 kHz
 */
export function toneWords(
  seconds: number,
  words: readonly ToneWord[],
  noise: (at: number) => number,
  level = -15,
): Buffer {
  const sound = new Float32Array(seconds * RATE);
  const table = (noiseTable ??= whiteNoise());
  for (let from = 0; from < sound.length; from += BLOCK) {
    const gain = 10 ** (noise(from / RATE) / 20);
    for (let at = from; at < from + BLOCK; at += 1) sound[at] = gain * (table[at % NOISE_TABLE] ?? 0);
  }
  words.forEach((word, index) => addTone(sound, word, 400 + ((index * 3) % 10) * 250, 10 ** (level / 20)));
  const samples = new Int16Array(sound.length);
  for (let at = 0; at < sound.length; at += 1) {
    const value = sound[at] ?? 0;
    samples[at] = 32_767 * (value > 1 ? 1 : value < -1 ? -1 : value);
  }
  return Buffer.from(samples.buffer);
}

function addTone(sound: Float32Array, { start, end }: ToneWord, frequency: number, loudness: number): void {
  // Looked up once: in a test each look at a global is slow.
  const { sin, SQRT2, PI } = Math;
  const first = start * RATE;
  const last = end * RATE;
  const fade = FADE_SECONDS * RATE;
  for (let at = Math.ceil(first); at < last && at < sound.length; at += 1) {
    const toEdge = at - first < last - at ? at - first : last - at;
    const envelope = toEdge < fade ? toEdge / fade : 1;
    sound[at] = (sound[at] ?? 0) + SQRT2 * loudness * envelope * sin((2 * PI * frequency * at) / RATE);
  }
}

/** Twelve uniform numbers add up to nearly normal ones. */
function whiteNoise(): Float32Array {
  const random = new SeededRandom(7);
  return Float32Array.from({ length: NOISE_TABLE }, () => {
    let sum = -6;
    for (let count = 0; count < 12; count += 1) sum += random.next();
    return sum;
  });
}
