import { LoudnessCurve } from './ffmpeg/loudness';
import { Stretch } from '../../stretch';
import { soundThresholds } from './noise-floor';

/** What is known of a recording before anybody has understood a word of it. */
export interface Heard {
  loudness: LoudnessCurve;
  /** Probability of speech by frame of voice activity; undefined where only loudness was measured. */
  voice: { probabilities: Float32Array; frameSeconds: number } | undefined;
}

/** Where something is to be heard, and where it may be cut. All stretches are in order and apart. */
export interface SoundMap {
  durationSeconds: number;
  /** Loudness by frame, smoothed over a tenth of a second. */
  loudness: LoudnessCurve;
  /** Neither voice activity nor loudness finds anything. */
  silences: Stretch[];
  /**
   * Voice activity finds nothing, whatever loudness finds. Empty where voice activity was not measured, or is deaf to what
   * sounds in this recording.
   */
  voicePauses: Stretch[];
  /**
   * Loudness finds nothing, whatever voice activity finds: it hears a voice through a short pause. Empty where the sound
   * does not stand clearly above the background, for a word may hide in it.
   */
  quietPauses: Stretch[];
  /**
   * Where people speak: by voice activity, or by loudness where voice activity was not measured or heard next to nothing
   * of what sounds. Empty only if both measures find nothing.
   */
  speech: Stretch[];
  /** Seconds in which voice activity hears people; 0 where it was not measured. */
  voiceSeconds: number;
  /** Seconds that are louder than the background. */
  soundSeconds: number;
}

const SMOOTHING_SECONDS = 0.096;
/** Speech begins where it is likely, and ends where it no longer is. */
const SPEECH_BEGINS = 0.5;
const SPEECH_ENDS = 0.35;
/** Shorter stretches of voice are noise. */
const MIN_VOICE_SECONDS = 0.2;
/** Shorter pauses belong to a word. */
const MIN_PAUSE_SECONDS = 0.15;
/** Voices are heard from a little before they are certain to a little after. */
const VOICE_MARGIN_SECONDS = 0.064;
/** Shorter sounds are clicks. */
const MIN_SOUND_SECONDS = 0.1;
/** Sounds that are no further apart are one. */
const JOIN_SECONDS = 0.3;
/** Sound that is mostly this far above the threshold leaves no word unheard. */
const CLEAR_DECIBELS = 10;
/** A recording in which voice activity hears a smaller share of the sound is none for its ears. */
const TRUSTED_SHARE = 0.02;

/** Works out where people speak and where it is silent, by both measures. */
export function soundMapOf({ loudness, voice }: Heard): SoundMap {
  const { durationSeconds, frameSeconds } = loudness;
  const smoothed = smooth(loudness, SMOOTHING_SECONDS);
  const thresholds = soundThresholds(smoothed);
  const isSound = smoothed.decibels.map((level, frame) => level > (thresholds[frame] ?? 0));
  const within = (stretches: Stretch[]): Stretch[] => clip(stretches, durationSeconds);
  const sounds = within(runsOf(isSound, frameSeconds));
  const voices = voice ? within(voicesIn(voice.probabilities, voice.frameSeconds)) : [];
  const soundSeconds = secondsOf(sounds);
  const voiceSeconds = secondsOf(voices);
  const trusted = voiceSeconds > 0 && voiceSeconds >= soundSeconds * TRUSTED_SHARE;
  const audible = longerThan(joined(sounds, JOIN_SECONDS), MIN_SOUND_SECONDS);
  const isClear = medianAbove(smoothed.decibels, thresholds) >= CLEAR_DECIBELS;
  const voicesWithMargin = widened(voices, VOICE_MARGIN_SECONDS, durationSeconds);
  return {
    durationSeconds,
    loudness: smoothed,
    silences: longerThan(complement([...sounds, ...voicesWithMargin], durationSeconds), MIN_PAUSE_SECONDS),
    voicePauses: trusted ? longerThan(complement(voicesWithMargin, durationSeconds), MIN_PAUSE_SECONDS) : [],
    quietPauses: isClear ? longerThan(complement(sounds, durationSeconds), MIN_PAUSE_SECONDS) : [],
    speech: trusted ? joined(voices, JOIN_SECONDS) : audible,
    voiceSeconds,
    soundSeconds,
  };
}

/** Mean power over a short time, so that the threshold meets the level and not its flicker. */
export function smooth(curve: LoudnessCurve, seconds: number): LoudnessCurve {
  const reach = Math.floor(Math.round(seconds / curve.frameSeconds) / 2);
  if (reach === 0) return curve;
  const powers = curve.decibels.map((level) => 10 ** (level / 10));
  const decibels = powers.map((_, frame) => {
    const first = Math.max(0, frame - reach);
    const last = Math.min(powers.length - 1, frame + reach);
    let sum = 0;
    for (let at = first; at <= last; at += 1) sum += powers[at] ?? 0;
    return 10 * Math.log10(sum / (last - first + 1));
  });
  return { ...curve, decibels };
}

/** By how much sound frames exceed their thresholds, in the median. */
function medianAbove(levels: readonly number[], thresholds: Float32Array): number {
  const above = Float32Array.from(levels, (level, frame) => level - (thresholds[frame] ?? 0)).filter(
    (excess) => excess > 0,
  );
  return above.sort()[Math.floor(above.length / 2)] ?? 0;
}

function voicesIn(probabilities: Float32Array, frameSeconds: number): Stretch[] {
  const speaks: boolean[] = [];
  let speaking = false;
  for (const probability of probabilities) {
    speaking = probability >= (speaking ? SPEECH_ENDS : SPEECH_BEGINS);
    speaks.push(speaking);
  }
  return longerThan(joined(runsOf(speaks, frameSeconds), MIN_PAUSE_SECONDS), MIN_VOICE_SECONDS);
}

function runsOf(flags: readonly boolean[], frameSeconds: number): Stretch[] {
  const runs: Stretch[] = [];
  let begin: number | undefined;
  for (let frame = 0; frame <= flags.length; frame += 1) {
    if (flags[frame]) begin ??= frame;
    else if (begin !== undefined) {
      runs.push({ start: begin * frameSeconds, end: frame * frameSeconds });
      begin = undefined;
    }
  }
  return runs;
}

/** What lies between the stretches, which may overlap and need no order. */
function complement(stretches: readonly Stretch[], durationSeconds: number): Stretch[] {
  const sorted = [...stretches].sort((a, b) => a.start - b.start);
  const between: Stretch[] = [];
  let at = 0;
  for (const { start, end } of sorted) {
    if (start > at) between.push({ start: at, end: start });
    at = Math.max(at, end);
  }
  if (at < durationSeconds) between.push({ start: at, end: durationSeconds });
  return between;
}

/** @param stretches in order and apart */
function joined(stretches: readonly Stretch[], seconds: number): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches) {
    const last = result.at(-1);
    if (last && stretch.start - last.end < seconds) last.end = stretch.end;
    else result.push({ ...stretch });
  }
  return result;
}

function widened(stretches: readonly Stretch[], seconds: number, durationSeconds: number): Stretch[] {
  return stretches.map(({ start, end }) => ({
    start: Math.max(0, start - seconds),
    end: Math.min(durationSeconds, end + seconds),
  }));
}

/** Frames at the end may reach beyond the recording. */
function clip(stretches: readonly Stretch[], durationSeconds: number): Stretch[] {
  return stretches.flatMap(({ start, end }) =>
    start < durationSeconds ? [{ start, end: Math.min(end, durationSeconds) }] : [],
  );
}

function longerThan(stretches: readonly Stretch[], seconds: number): Stretch[] {
  return stretches.filter(({ start, end }) => end - start >= seconds);
}

function secondsOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { start, end }) => sum + end - start, 0);
}
