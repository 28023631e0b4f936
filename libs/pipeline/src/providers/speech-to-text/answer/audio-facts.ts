import { Stretch } from '../../../stretch';

/** What is known of the audio beside the recogniser's answer: its times are checked against it. Seconds. */
export interface AudioFacts {
  durationSeconds: number;
  /** Where people speak, in order and apart; default: everywhere. */
  speech?: readonly Stretch[] | undefined;
  /** The length of the audio in the answer's own words, in the unit of the answer. */
  declaredDuration?: number | null | undefined;
}

/** The parts of the speech between two times. Where nobody speaks between them, all of it. */
export function speechWithin({ durationSeconds, speech }: AudioFacts, from: number, to: number): Stretch[] {
  const all = speech && speech.length > 0 ? speech : [{ start: 0, end: durationSeconds }];
  const within = all
    .map(({ start, end }) => ({ start: Math.max(from, start), end: Math.min(to, end) }))
    .filter(({ start, end }) => end > start);
  return within.length > 0 ? within : [{ start: from, end: to }];
}

/** Seconds in both of two lists of stretches; each list is in order and apart. */
export function secondsShared(one: readonly Stretch[], other: readonly Stretch[]): number {
  let shared = 0;
  let next = 0;
  for (const { start, end } of one) {
    while ((other[next]?.end ?? Infinity) <= start) next += 1;
    for (let at = next; at < other.length; at += 1) {
      const stretch = other[at];
      if (!stretch || stretch.start >= end) break;
      shared += Math.min(end, stretch.end) - Math.max(start, stretch.start);
    }
  }
  return shared;
}
