/** Numbers in [0, 1) that are the same in every run. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
}

/**
 * Unit vectors shaped like those of sentences: many topics, a few directions in which sentences of a topic differ, and
 * noise. Neighbours are near, but not by themselves: uniform noise would have no neighbours, bare clusters only equals.
 */
export function sentenceLikeVectors(dimension: number, seed: number): () => Float32Array {
  const random = randomNumbers(seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const directions = (count: number): Float32Array[] =>
    Array.from({ length: count }, () => Float32Array.from({ length: dimension }, gauss));
  const topics = directions(300);
  const ways = directions(24);
  return () => {
    const topic = topics[Math.floor(random() * topics.length)]!;
    const shares = ways.map(() => gauss() * 0.2);
    const vector = Float32Array.from({ length: dimension }, (_, at) =>
      ways.reduce((sum, way, n) => sum + shares[n]! * way[at]!, topic[at]! * 0.8 + gauss() * 0.5),
    );
    return toUnit(vector);
  };
}

export function toUnit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
