export function wordErrorRate(
  reference: string,
  heard: string,
): { rate: number; recognised: number; words: number };
