import { FREQUENCIES, TimedWord, Word, WORDS } from './words';

/** Frames are this far apart; a word's ends are known as well as that. */
const HOP_SECONDS = 0.008;
/** A frame looks at so many hops: long enough to tell the words apart, short enough to see a pause between two. */
const HOPS_PER_FRAME = 4;
/** A word's sine carries at least this share of the power of a frame. White noise alone reaches half of it at most. */
const LEAST_SHARE = 0.2;
/** A quieter sine is what an encoder left, or a filter. Amplitude of full scale 1. */
const LEAST_AMPLITUDE = 0.000_5;
/** A word ends where its sine falls under this share of the amplitude that it has nearby. */
const EDGE_SHARE = 0.5;
const NEARBY_SECONDS = 0.25;
/** Shorter pauses are faults of an encoder within one word; shorter sounds are no words. */
const LEAST_PAUSE_SECONDS = 0.06;
const LEAST_WORD_SECONDS = 0.12;

/**
 * Hears words that are tones: measures the power of each word's frequency over time.
 *
 * @param samples one channel, in [-1, 1]
 * @param rate samples per second, at least 6,000
 * @returns all words in order of their start, with their times in seconds
 */
export function hearTones(samples: Float32Array, rate: number): TimedWord[] {
  const hop = Math.round(HOP_SECONDS * rate);
  const power = framePower(samples, hop);
  return WORDS.flatMap((word) => {
    const amplitudes = frameAmplitudes(samples, hop, (2 * Math.PI * FREQUENCIES[word]) / rate);
    return spansOf(amplitudes, power, hop / rate).map((span) => ({ ...span, word }));
  }).sort((a, b) => a.start - b.start);
}

/** Mean power of each frame. */
function framePower(samples: Float32Array, hop: number): Float64Array {
  const sums = new Float64Array(Math.ceil(samples.length / hop));
  for (let at = 0, block = 0; block < sums.length; block += 1) {
    const end = Math.min(samples.length, (block + 1) * hop);
    let sum = 0;
    for (; at < end; at += 1) sum += (samples[at] ?? 0) ** 2;
    sums[block] = sum;
  }
  const powers = new Float64Array(sums.length);
  for (let frame = 0; frame < sums.length; frame += 1)
    powers[frame] = windowSum(sums, frame) / (hop * HOPS_PER_FRAME);
  return powers;
}

/** Amplitude of the sine of one frequency in each frame. */
function frameAmplitudes(samples: Float32Array, hop: number, radiansPerSample: number): Float64Array {
  const blocks = Math.ceil(samples.length / hop);
  const real = new Float64Array(blocks);
  const imaginary = new Float64Array(blocks);
  // A rotating pointer in place of a sine and a cosine per sample; set anew for each block, so that errors do not add up.
  const turnReal = Math.cos(radiansPerSample);
  const turnImaginary = Math.sin(radiansPerSample);
  for (let block = 0, at = 0; block < blocks; block += 1) {
    let pointerReal = Math.cos(radiansPerSample * at);
    let pointerImaginary = Math.sin(radiansPerSample * at);
    let sumReal = 0;
    let sumImaginary = 0;
    const end = Math.min(samples.length, at + hop);
    for (; at < end; at += 1) {
      const sample = samples[at] ?? 0;
      sumReal += sample * pointerReal;
      sumImaginary += sample * pointerImaginary;
      const turned = pointerReal * turnReal - pointerImaginary * turnImaginary;
      pointerImaginary = pointerReal * turnImaginary + pointerImaginary * turnReal;
      pointerReal = turned;
    }
    real[block] = sumReal;
    imaginary[block] = sumImaginary;
  }
  const amplitudes = new Float64Array(blocks);
  const scale = 2 / (hop * HOPS_PER_FRAME);
  for (let frame = 0; frame < blocks; frame += 1)
    amplitudes[frame] = scale * Math.hypot(windowSum(real, frame), windowSum(imaginary, frame));
  return amplitudes;
}

/** Sum over the blocks of a frame. Frame n is centred on the beginning of block n. */
function windowSum(blocks: Float64Array, frame: number): number {
  let sum = 0;
  for (let block = frame - HOPS_PER_FRAME / 2; block < frame + HOPS_PER_FRAME / 2; block += 1)
    sum += blocks[block] ?? 0;
  return sum;
}

/** Where one word is heard. */
function spansOf(
  amplitudes: Float64Array,
  powers: Float64Array,
  hopSeconds: number,
): { start: number; end: number }[] {
  const isHeard = (frame: number): boolean => {
    const amplitude = amplitudes[frame] ?? 0;
    return amplitude >= LEAST_AMPLITUDE && amplitude ** 2 / 2 >= LEAST_SHARE * (powers[frame] ?? Infinity);
  };
  const nearby = Math.round(NEARBY_SECONDS / hopSeconds);
  const spans: { start: number; end: number }[] = [];
  for (let frame = 0; frame < amplitudes.length; frame += 1) {
    if (!isHeard(frame)) continue;
    let loudest = 0;
    for (let near = frame - nearby; near <= frame + nearby; near += 1) {
      const amplitude = amplitudes[near] ?? 0;
      if (amplitude > loudest) loudest = amplitude;
    }
    if ((amplitudes[frame] ?? 0) < EDGE_SHARE * loudest) continue;
    const time = frame * hopSeconds;
    const last = spans.at(-1);
    if (last && time - last.end < LEAST_PAUSE_SECONDS) last.end = time;
    else spans.push({ start: time, end: time });
  }
  return spans
    .filter(({ start, end }) => end - start >= LEAST_WORD_SECONDS)
    .map(({ start, end }) => ({ start: toMilliseconds(start), end: toMilliseconds(end) }));
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}

export function isWord(text: string): text is Word {
  return Object.hasOwn(FREQUENCIES, text);
}
