import { createHash } from 'node:crypto';
import { Embedder, EmbedderIdentity } from '../embeddings';

const DIMENSION = 512;
const NGRAM_LENGTHS = [3, 4, 5] as const;
/** The letter groups of a word count more than the word itself: most words come in several forms. */
const NGRAM_SHARE = 1.5;
/** Words so short are mostly grammar: they count little, and have no letter groups. */
const SHORT_WORD = 3;
const SHORT_WORD_SHARE = 0.2;

/**
 * Lexical vectors without a model: words and letter groups of words, weighted by 1 + log(tf), each added with a
 * pseudo-random sign to a pseudo-random dimension (Weinberger et al., "Feature Hashing for Large Scale Multitask
 * Learning", 2009), and the sum brought to length 1. Letter groups let "breakfast" meet "breakfasts" and a Russian word
 * its other cases. It knows spelling, not meaning: synonyms stay strangers.
 */
export class HashingEmbedder implements Embedder {
  readonly minSimilarity = 0.1;
  readonly identity: EmbedderIdentity = {
    provider: 'hashing',
    model: 'words-and-3-5-grams-1',
    dimension: DIMENSION,
  };

  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    return Promise.resolve(texts.map(vectorOf));
  }
}

function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMENSION);
  for (const [feature, weight] of features(text)) {
    const { dimension, sign } = place(feature);
    vector[dimension] = (vector[dimension] ?? 0) + sign * weight;
  }
  return normalised(vector);
}

function features(text: string): Map<string, number> {
  const counts = new Map<string, { times: number; share: number }>();
  const add = (feature: string, share: number): void => {
    const known = counts.get(feature);
    counts.set(feature, { times: (known?.times ?? 0) + 1, share });
  };
  for (const word of text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? []) {
    if (word.length <= SHORT_WORD) {
      add(`w:${word}`, SHORT_WORD_SHARE);
      continue;
    }
    add(`w:${word}`, 1);
    const grams = gramsOf(word);
    for (const gram of grams) add(`g:${gram}`, NGRAM_SHARE / Math.sqrt(grams.length));
  }
  return new Map([...counts].map(([feature, { times, share }]) => [feature, share * (1 + Math.log(times))]));
}

/** Letter groups of a word with its edges marked; a group at an edge is another than the same inside. */
function gramsOf(word: string): string[] {
  const letters = Array.from(`<${word}>`);
  return NGRAM_LENGTHS.flatMap((length) =>
    Array.from({ length: Math.max(0, letters.length - length + 1) }, (_, at) =>
      letters.slice(at, at + length).join(''),
    ),
  );
}

/** The same on every machine: from SHA-256, not from a language's own hash. */
function place(feature: string): { dimension: number; sign: 1 | -1 } {
  const hash = createHash('sha256').update(feature).digest();
  return { dimension: hash.readUInt32LE(0) % DIMENSION, sign: (hash[4] ?? 0) % 2 === 0 ? 1 : -1 };
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((squares, value) => squares + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}
