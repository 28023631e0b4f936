/** The mean of a text's token vectors, leaving out padding. `hidden` is tokens × dimension, `mask` one number a token. */
export function meanPooled(hidden: Float32Array, mask: BigInt64Array, dimension: number): Float32Array {
  const mean = new Float32Array(dimension);
  let tokens = 0;
  mask.forEach((counts, token) => {
    if (counts === 0n) return;
    tokens += 1;
    addTo(mean, hidden.subarray(token * dimension, (token + 1) * dimension), 1);
  });
  return tokens === 0 ? mean : mean.map((value) => value / tokens);
}

/** Adds `weight` times `vector` to `sum`. */
export function addTo(sum: Float32Array, vector: Float32Array, weight: number): void {
  for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + weight * (vector[at] ?? 0);
}

/** The vector brought to length 1; the zero vector stays. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((squares, value) => squares + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}
