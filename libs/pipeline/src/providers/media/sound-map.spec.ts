import { SeededRandom } from '@test/fuzz/random';
import { denseWords, synthesise, TimedWord, wavFile } from '@test/tones';
import { cutSpans } from './cut-points';
import { LoudnessMeter } from './ffmpeg/loudness';
import { Stretch } from '../../stretch';
import { Heard, SoundMap, soundMapOf } from './sound-map';

const SECONDS = 180;
const WORDS = denseWords(SECONDS, new SeededRandom(1));
const FRAME = 0.032;

function loudnessOf(samples: Buffer): Heard['loudness'] {
  const meter = new LoudnessMeter(16_000);
  // In odd pieces, as a pipe delivers them.
  for (let at = 0; at < samples.length; at += 4_097) meter.add(samples.subarray(at, at + 4_097));
  return meter.finish();
}

type Noise = number | ((at: number) => number);

const WAV_HEADER_BYTES = 44;

function pcmOf(words: readonly TimedWord[], noise: Noise, level = -15): Buffer {
  const sound = synthesise({ seconds: SECONDS, rate: 16_000, words, noise, level });
  return wavFile([sound], { rate: 16_000 }).subarray(WAV_HEADER_BYTES);
}

function mapOf(words: readonly TimedWord[], noise: Noise, level?: number): SoundMap {
  return soundMapOf({ loudness: loudnessOf(pcmOf(words, noise, level)), voice: undefined });
}

function overlap(a: Stretch, b: Stretch): number {
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
}

/** Seconds of each word that lie within the stretches, the most of any. */
function worst(words: readonly Stretch[], stretches: readonly Stretch[]): number {
  return Math.max(0, ...words.flatMap((word) => stretches.map((stretch) => overlap(word, stretch))));
}

describe.each([-80, -60, -45, -38, -32])('In noise at %d dBFS', (noise) => {
  const map = mapOf(WORDS, noise);

  it('every word lies outside the silences', () => {
    expect(worst(WORDS, map.silences)).toBeLessThan(0.02);
    for (const word of WORDS) {
      const heard = map.speech.reduce((sum, stretch) => sum + overlap(word, stretch), 0);
      expect(heard).toBeGreaterThan(word.end - word.start - 0.02);
    }
  });
  it('pauses of 0.3 s and more are found', () => {
    const pauses = WORDS.slice(1).map(({ start }, index) => ({ start: WORDS[index]?.end ?? 0, end: start }));
    const long = pauses.filter(({ start, end }) => end - start >= 0.3);
    expect(long.length).toBeGreaterThan(50);
    for (const pause of long) expect(map.silences.some((silence) => overlap(pause, silence) > 0)).toBe(true);
  });
  it('every cut lies in a pause, so no two spans overlap', () => {
    const spans = cutSpans(map, { targetSeconds: 20, maxSeconds: 28 });
    expect(spans.length).toBeGreaterThan(6);
    for (const { end, overlapSeconds } of spans.slice(0, -1)) {
      expect(overlapSeconds).toBe(0);
      expect(WORDS.filter((word) => word.start < end && end < word.end)).toEqual([]);
    }
  });
  it('a recording of noise alone is silent', () => {
    const empty = mapOf([], noise);
    expect(empty.speech).toEqual([]);
    expect(empty.silences).toEqual([{ start: 0, end: SECONDS }]);
  });
});

describe('Loudness', () => {
  const few = WORDS.filter((_, index) => index % 20 === 0);

  it('hears words that are hardly louder than the noise', () => {
    expect(worst(WORDS, mapOf(WORDS, -32, -29).silences)).toBeLessThan(0.05);
  });
  it('hears quiet words in a quiet room', () => {
    expect(worst(WORDS, mapOf(WORDS, -75, -60).silences)).toBeLessThan(0.05);
  });
  it('hears words before and after the noise has changed', () => {
    expect(worst(few, mapOf(few, (at) => (at < 90 ? -70 : -35)).silences)).toBeLessThan(0.05);
    expect(worst(few, mapOf(few, (at) => (at < 90 ? -35 : -70)).silences)).toBeLessThan(0.05);
  });
  it('finds silence again in a noise that has begun', () => {
    const { silences } = mapOf([], (at) => (at < 60 ? -70 : -35));
    expect(silences.at(-1)?.end).toBeCloseTo(SECONDS, 1);
    expect(silences.at(-1)?.start).toBeLessThan(95);
  });
  it('takes a steady loud tone for sound, and digital silence around faint noise for what it is', () => {
    const tone = mapOf([{ start: 0, end: SECONDS, word: 'echo' }], -80);
    expect(tone.silences).toEqual([]);
    expect(tone.speech).toEqual([{ start: 0, end: SECONDS }]);
    expect(mapOf([], (at) => (at < 90 ? -200 : -80)).speech).toEqual([]);
  });
});

describe('Voice activity', () => {
  const loudness = loudnessOf(pcmOf(WORDS, -32));
  const voice = (hears: (at: number) => boolean): Heard['voice'] => ({
    frameSeconds: FRAME,
    probabilities: Float32Array.from({ length: loudness.decibels.length }, (_, frame) =>
      hears(frame * FRAME) ? 0.9 : 0.1,
    ),
  });

  it('that is deaf to the words makes none of them silent', () => {
    const map = soundMapOf({ loudness, voice: voice(() => false) });
    expect(map.voiceSeconds).toBe(0);
    expect(map.voicePauses).toEqual([]);
    expect(map).toMatchObject({ speech: soundMapOf({ loudness, voice: undefined }).speech });
    expect(worst(WORDS, map.silences)).toBeLessThan(0.02);
  });
  it('hears what loudness does not', () => {
    const quiet = loudnessOf(pcmOf([], -32));
    const map = soundMapOf({ loudness: quiet, voice: voice((at) => at >= 60 && at < 70) });
    expect(map.speech).toEqual([{ start: expect.closeTo(60, 1), end: expect.closeTo(70, 1) }]);
    expect(worst([{ start: 60, end: 70 }], map.silences)).toBeLessThan(0.02);
    expect(map.silences).toHaveLength(2);
  });
  it('picks the pause where loudness finds none', () => {
    // Music or traffic: never quiet.
    const noisy = loudnessOf(pcmOf([{ start: 0, end: SECONDS, word: 'echo' }], -80));
    const pauses = (at: number): boolean => at % 10 > 9;
    const map = soundMapOf({ loudness: noisy, voice: voice((at) => !pauses(at)) });
    for (const { end, overlapSeconds } of cutSpans(map, { targetSeconds: 20, maxSeconds: 28 }).slice(0, -1)) {
      expect(overlapSeconds).toBe(0);
      expect(pauses(end)).toBe(true);
    }
  });
});
