import { SeededRandom } from '../fuzz/random';
import { FREQUENCIES, TimedWord } from './words';

export interface Sound {
  seconds: number;
  /** Samples per second. Default 48,000. */
  rate?: number;
  words: readonly TimedWord[];
  /** Loudness of a word, root mean square, in dBFS. Default -15. */
  level?: number;
  /** Loudness of the white noise under everything, in dBFS, or what it is at a second. Default -80. */
  noise?: number | ((at: number) => number);
  /** Of the noise. Default 1. */
  seed?: number;
}

/** Words fade in and out this quickly, so that they do not click. */
const FADE_SECONDS = 0.01;

/** One channel of samples in [-1, 1]: the words, each a sine at its time, over white noise. */
export function synthesise(sound: Sound): Float32Array {
  const { seconds, rate = 48_000, words, level = -15, noise = -80, seed = 1 } = sound;
  const steady = typeof noise === 'number';
  const samples = whiteNoise(Math.round(seconds * rate), steady ? amplitudeOf(noise) : 1, seed);
  if (!steady) follow(samples, rate, noise);
  for (const { start, end, word } of words) {
    const from = Math.round(start * rate);
    const to = Math.min(Math.round(end * rate), samples.length);
    addSine(samples.subarray(from, to), (2 * Math.PI * FREQUENCIES[word]) / rate, {
      amplitude: amplitudeOf(level) * Math.SQRT2,
      fadeSamples: FADE_SECONDS * rate,
    });
  }
  return samples;
}

/** Scales noise to a loudness that changes; it is steady for a tenth of a second. */
function follow(samples: Float32Array, rate: number, loudness: (at: number) => number): void {
  const block = Math.round(rate / 10);
  for (let from = 0; from < samples.length; from += block) {
    const gain = amplitudeOf(loudness(from / rate));
    const to = Math.min(from + block, samples.length);
    for (let at = from; at < to; at += 1) samples[at] = (samples[at] ?? 0) * gain;
  }
}

/** A rotating pointer takes the place of a sine per sample: tests make hours of sound. */
function addSine(
  samples: Float32Array,
  radiansPerSample: number,
  { amplitude, fadeSamples }: { amplitude: number; fadeSamples: number },
): void {
  const turnReal = Math.cos(radiansPerSample);
  const turnImaginary = Math.sin(radiansPerSample);
  let real = amplitude;
  let imaginary = 0;
  const { length } = samples;
  for (let at = 0; at < length; at += 1) {
    const toEdge = at < length - at ? at : length - at;
    const envelope = toEdge < fadeSamples ? toEdge / fadeSamples : 1;
    samples[at] = (samples[at] ?? 0) + envelope * imaginary;
    const turned = real * turnReal - imaginary * turnImaginary;
    imaginary = real * turnImaginary + imaginary * turnReal;
    real = turned;
  }
}

/** Nothing but digital silence. */
export function silent(seconds: number, rate = 48_000): Float32Array {
  return new Float32Array(Math.round(seconds * rate));
}

const GAUSSIANS = gaussians(1 << 16, new SeededRandom(20_261_201));

/** Gaussian noise: values of a table in an order that `seed` decides (xorshift). */
export function whiteNoise(length: number, deviation: number, seed = 1): Float32Array {
  const samples = new Float32Array(length);
  const table = GAUSSIANS;
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    samples[at] = deviation * (table[state & 0xffff] ?? 0);
  }
  return samples;
}

/** By the method of Box and Muller. */
function gaussians(count: number, random: SeededRandom): Float32Array {
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    return radius * Math.cos(2 * Math.PI * random.next());
  });
}

export function amplitudeOf(decibels: number): number {
  return 10 ** (decibels / 20);
}
