/** A run of samples as ffmpeg's decoder hands it out. */
export interface DecodedFrame {
  /** Seconds on the clock of the file; null where the file does not say. */
  at: number | null;
  seconds: number;
  channels: number;
}

/** The filter that describes every decoded frame on standard error; its time base makes `pts` microseconds. */
export const DESCRIBE_FRAMES = 'asettb=expr=1/1000000,ashowinfo';

const FRAME =
  /^\[Parsed_ashowinfo_\d+ @ 0x[0-9a-f]+\] n: *\d+ pts: *(-?\d+|NOPTS) .*?channels: *(\d+) .*rate: *(\d+) nb_samples: *(\d+)/;
const FRAME_START = '[Parsed_ashowinfo_';
/** Titles and comments are indented further, so that no file can write this line. */
const START_TIME = /^ {2}Duration: [^ ]+, start: (-?\d+(?:\.\d+)?)/;

/** Reads what ffmpeg says of the frames that it decodes. A frame is described before its samples are written. */
export class DecodedFrames {
  private readonly frames: DecodedFrame[] = [];
  /** True when no more frames will come. */
  isEnded = false;
  private wake: (() => void) | undefined;
  /** Where the container says that it starts; 0 where it does not say. */
  get startTime(): number {
    return this.statedStart ?? 0;
  }

  private statedStart: number | undefined;
  /** Seconds in all frames so far. */
  totalSeconds = 0;

  constructor(private readonly onFrame: (totalSeconds: number) => void = () => undefined) {}

  /** @returns true for a line that needs not be kept */
  readonly takeLine = (line: string): boolean => {
    if (!line.startsWith(FRAME_START)) {
      const start = this.statedStart === undefined ? START_TIME.exec(line) : null;
      if (start) this.statedStart = Number(start[1]);
      return false;
    }
    const [, pts, channels, rate, samples] = FRAME.exec(line) ?? [];
    if (Number(rate) > 0) {
      const seconds = Number(samples) / Number(rate);
      this.totalSeconds += seconds;
      const at = pts === 'NOPTS' ? null : Number(pts) / 1_000_000;
      this.frames.push({ at, seconds, channels: Number(channels) });
      this.onFrame(this.totalSeconds);
      this.wakeUp();
    }
    return true;
  };

  end(): void {
    this.isEnded = true;
    this.wakeUp();
  }

  /**
   * The next frame and the one behind it, once it is certain what they are; else undefined.
   *
   * @param isUrgent do not wait for the one behind it
   */
  peek(isUrgent: boolean): { frame: DecodedFrame; next: DecodedFrame | undefined } | undefined {
    const [frame, next] = this.frames;
    return frame && (next || this.isEnded || isUrgent) ? { frame, next } : undefined;
  }

  shift(): void {
    this.frames.shift();
  }

  /** Waits until more is known. */
  async more(): Promise<void> {
    if (this.isEnded) return;
    await new Promise<void>((resolve) => (this.wake = resolve));
  }

  private wakeUp(): void {
    this.wake?.();
    this.wake = undefined;
  }
}
