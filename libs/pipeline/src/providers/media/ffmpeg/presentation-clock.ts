import { Stretch } from '../../../stretch';
import { DecodedFrame } from './decoded-frames';

/** A forward step of the timestamps of this much is filled with silence; less is rounding. */
const FILL_FROM_SECONDS = 0.03;
/** Timestamps may lag behind the samples by this much before they count as running backwards. */
const OVERLAP_SECONDS = 0.5;
/** A clip that is found by its timestamp may be off by this much. */
const SEEK_ACCURACY_SECONDS = 0.05;
/** Missing packets for longer than this are a gap, not only silence. */
const GAP_SECONDS = 1;
/** A longer step is believed only where the container declares a length that it fits into. */
const LONGEST_STEP_SECONDS = 3_600;
/** The last frame has no follower that could confirm its timestamp. */
const LONGEST_LAST_STEP_SECONDS = 60;

/**
 * Places decoded frames on the presentation clock of their file: lost packets and a late start become silence, so that
 * every sample has the time at which a player would play it. No sample is ever dropped: where timestamps run backwards,
 * as in recordings that were joined, the parts follow each other at full length.
 *
 * Seconds. Zero is the container's start time.
 */
export class PresentationClock {
  /** Where the next sample is placed. */
  cursor = 0;
  /** Where packets are missing inside the stream. */
  readonly gaps: Stretch[] = [];
  /** Silence before the first sample. */
  leadSeconds = 0;
  /** False where a time on this clock is not the file's own timestamp: then it cannot be sought. */
  followsTimestamps = true;
  private offset = 0;
  private hasSamples = false;
  private partHasSamples = false;

  /**
   * @param declaredEnd end of the recording as the container declares it; null: not declared
   * @param mode `samples` counts samples only, as recordings were read before they had a timeline
   */
  constructor(
    private readonly declaredEnd: number | null,
    private readonly mode: 'presentation' | 'samples' = 'presentation',
  ) {}

  /** Begins a file, or the next of several that were joined. @param startTime the container's */
  beginPart(startTime: number): void {
    this.offset = this.cursor - startTime;
    if (this.hasSamples) this.followsTimestamps = false;
    this.partHasSamples = false;
  }

  /** Begins in the middle: the first frame is where its timestamp says. */
  seekTo(frame: DecodedFrame): void {
    this.cursor = Math.max(0, (frame.at ?? 0) + this.offset);
    this.hasSamples = true;
    this.partHasSamples = true;
  }

  /**
   * Places a frame.
   *
   * @param next the frame behind it; undefined at the end
   * @returns seconds of silence before the frame
   */
  place(frame: DecodedFrame, next: DecodedFrame | undefined): number {
    const silence = this.mode === 'samples' ? 0 : this.silenceBefore(frame, next);
    if (!this.hasSamples) this.leadSeconds = silence;
    if (silence >= GAP_SECONDS && this.partHasSamples) {
      this.gaps.push({ start: this.cursor, end: this.cursor + silence });
    }
    this.cursor += silence + frame.seconds;
    this.hasSamples = true;
    this.partHasSamples = true;
    return silence;
  }

  private silenceBefore(frame: DecodedFrame, next: DecodedFrame | undefined): number {
    if (frame.at === null) return 0;
    const step = frame.at + this.offset - this.cursor;
    if (step < -SEEK_ACCURACY_SECONDS) this.followsTimestamps = false;
    if (step >= -OVERLAP_SECONDS && step < FILL_FROM_SECONDS) return 0;
    if (this.isGlitch(frame, next, step)) return 0;
    if (step < 0 || !this.isBelievable(step)) {
      this.offset -= step;
      this.followsTimestamps = false;
      return 0;
    }
    return step;
  }

  /** One damaged timestamp: the next frame is where it would be had this one been in its place. */
  private isGlitch(frame: DecodedFrame, next: DecodedFrame | undefined, step: number): boolean {
    if (!next) return step > LONGEST_LAST_STEP_SECONDS;
    if (next.at === null) return false;
    return Math.abs(next.at + this.offset - (this.cursor + frame.seconds)) < FILL_FROM_SECONDS;
  }

  private isBelievable(step: number): boolean {
    if (step <= LONGEST_STEP_SECONDS) return true;
    return this.declaredEnd !== null && this.cursor + step <= this.declaredEnd + LONGEST_LAST_STEP_SECONDS;
  }
}
