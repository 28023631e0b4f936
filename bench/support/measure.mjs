/** The middle one; of an even number the mean of the two in the middle. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
}

/** The smallest and the largest. */
export function spreadOf(numbers) {
  return [Math.min(...numbers), Math.max(...numbers)];
}

/**
 * Lets the contenders take turns, so that other work of the machine meets all of them alike. Every other round goes
 * backwards: what one leaves behind must not always burden the same one.
 *
 * @param contenders functions that measure once, by name
 * @returns what they measured, by name, in the order of the rounds
 */
export async function interleave(rounds, contenders) {
  const names = Object.keys(contenders);
  const measured = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      measured[name].push(await contenders[name]());
    }
  }
  return measured;
}

/**
 * Repeats `once` in `loops` loops side by side.
 *
 * @param once gets the number of its loop
 * @param settle waits for work that was begun and not awaited; it counts
 * @param latencies filled with the milliseconds of each, where given
 * @returns how many per second
 */
export async function perSecond(seconds, loops, once, { settle, latencies } = {}) {
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  let count = 0;
  const loop = async (number) => {
    do {
      const before = performance.now();
      await once(number);
      latencies?.push(performance.now() - before);
      count += 1;
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: loops }, (_, number) => loop(number)));
  await settle?.();
  return count / ((performance.now() - startedAt) / 1_000);
}
