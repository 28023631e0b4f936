/** Numbers that look random and are the same for the same seed (mulberry32): a failure is replayed by its seed. */
export class SeededRandom {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  pick<T>(of: readonly T[]): T {
    const picked = of[this.below(of.length)];
    if (picked === undefined) throw new RangeError('Nothing to pick from');
    return picked;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

/** Seed of a fuzz run: FUZZ_SEED replays one. Case `n` of a run has a generator of its own, so that it is replayed alone. */
export function fuzzSeed(): number {
  return Number(process.env.FUZZ_SEED ?? 20_261_124);
}

export function ofCase(seed: number, index: number): SeededRandom {
  return new SeededRandom(Math.imul(seed ^ 0x9e3779b9, 2_654_435_761) + index * 7_919);
}
