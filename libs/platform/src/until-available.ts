import { setTimeout as sleep } from 'node:timers/promises';
import { aborted } from './aborted';
import { backoffDelayMs } from './backoff';
import { reasonOf } from './error-reason';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
/** What an interrupted attempt gets to finish, so that it does not leave half of its work behind. */
const FINISH_MS = 1_000;

/** The process was told to stop while it was starting. */
export class StartInterrupted extends Error {
  constructor() {
    super('The start was interrupted');
    this.name = 'StartInterrupted';
  }
}

export interface WaitOptions {
  /** What is waited for, as the beginning of a sentence: `The event log in PostgreSQL`. */
  what: string;
  /** True for a failure that may end without anybody's help. Any other failure ends the wait. */
  isOutage: (error: unknown) => boolean;
  log: { log(message: string): void; warn(message: string): void };
  /** Aborting it ends the wait. */
  signal: AbortSignal;
}

/**
 * Repeats an attempt until it succeeds, with a growing delay, and logs each failure with its reason and the delay.
 *
 * @throws StartInterrupted when the signal aborted, within about a second
 * @throws whatever the attempt threw that is not an outage
 */
export async function untilAvailable<T>(attempt: () => Promise<T>, options: WaitOptions): Promise<T> {
  const { what, isOutage, log, signal } = options;
  for (let attempts = 1; ; attempts += 1) {
    if (signal.aborted) throw new StartInterrupted();
    try {
      const result = await orInterrupted(attempt(), signal, FINISH_MS);
      if (attempts > 1) log.log(`${what} answers`);
      return result;
    } catch (error) {
      if (error instanceof StartInterrupted || !isOutage(error)) throw error;
      const delay = delayAfter(attempts);
      log.warn(`${what} cannot be used: ${reasonOf(error)}. ${nextTry(attempts, delay)}`);
      await sleep(delay, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Milliseconds to wait after so many failed attempts. */
export function delayAfter(attempts: number): number {
  const limits = { baseMs: FIRST_DELAY_MS, maxMs: LONGEST_DELAY_MS };
  return backoffDelayMs({ attempt: attempts, ...limits, random: Math.random });
}

/** The end of the line that tells of a failed attempt. */
export function nextTry(attempts: number, delayMs: number): string {
  return `Try ${attempts + 1} follows in ${(delayMs / 1_000).toFixed(1)} s`;
}

/**
 * The result of the work. Once the signal aborts, the work gets so many milliseconds to finish.
 *
 * @throws StartInterrupted
 */
export async function orInterrupted<T>(work: Promise<T>, signal: AbortSignal, finishMs: number): Promise<T> {
  const settled = new AbortController();
  const interrupted = async (): Promise<never> => {
    await aborted(AbortSignal.any([signal, settled.signal]));
    await sleep(finishMs, undefined, { signal: settled.signal });
    throw new StartInterrupted();
  };
  const interruption = interrupted();
  // Once the work has settled nobody waits for the interruption any more.
  interruption.catch(() => undefined);
  try {
    return await Promise.race([work, interruption]);
  } finally {
    settled.abort();
  }
}
