import { backoffDelayMs } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectNotFound } from '../object-storage';
import { isMissing, isPassingFailure, storageFailure } from './failures';

const TRIES = 4;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 2_000;
/** One call; a part of 8 MiB takes so long only at 0.5 Mbit/s. */
const CALL_MS = 120_000;

/**
 * Makes a call to the store, and again when it failed in a way that passes. The client's own retries are off: they know no
 * broken connections, and write to the console.
 *
 * @param key what the call is about: not being there is told by `ObjectNotFound`
 * @throws ObjectNotFound, ProviderFailure `storage`
 */
export async function call<T>(
  work: () => Promise<T>,
  { bucket, key, signal }: { bucket: string; key?: string; signal?: AbortSignal | undefined },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await inTime(work);
    } catch (error) {
      if (key !== undefined && isMissing(error)) throw new ObjectNotFound(key);
      if (!isPassingFailure(error) || attempt >= TRIES) throw storageFailure(error, { bucket });
      const wait = { attempt, baseMs: FIRST_DELAY_MS, maxMs: LONGEST_DELAY_MS, random: Math.random };
      await sleep(backoffDelayMs(wait), undefined, { ...(signal && { signal }) });
    }
  }
}

async function inTime<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), CALL_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
