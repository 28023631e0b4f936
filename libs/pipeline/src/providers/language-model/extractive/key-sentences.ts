import { TranscriptLine } from '../language-model';
import { STOP_WORDS } from './stop-words';

export interface Sentence {
  start: number;
  text: string;
  speaker?: string | undefined;
}

/** A vector of term weights. */
type Weights = ReadonlyMap<string, number>;

const MIN_WORDS = 4;

/** Lines split at sentence ends; a line without punctuation is one sentence. */
export function toSentences(lines: readonly TranscriptLine[]): Sentence[] {
  return lines.flatMap(({ start, text, speaker }) =>
    text
      .split(/(?<=[.!?…])\s+/u)
      .map((sentence) => sentence.trim())
      .filter((sentence) => sentence !== '')
      .map((sentence) => ({ start, text: sentence, speaker })),
  );
}

/** Lower-case words with a topic of their own. */
export function contentWords(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter(
    (word) => word.length > 2 && !STOP_WORDS.has(word),
  );
}

/**
 * The sentences that stand best for the whole, in order of time.
 *
 * Each is scored by the cosine of its tf-idf vector with the centroid of all (Radev et al., "Centroid-based
 * summarization of multiple documents", 2004), and picked by maximal marginal relevance, so that no two say the same
 * (Carbonell and Goldstein, 1998). Deterministic; linear in the number of sentences.
 */
export function keySentences(sentences: readonly Sentence[], count: number): Sentence[] {
  const words = sentences.map(({ text }) => contentWords(text));
  const vectors = tfIdf(words);
  const centroid = sum(vectors);
  const longEnough = sentences.map(({ text }) => text.split(/\s+/u).length >= MIN_WORDS);
  const relevance = vectors.map((vector, index) => (longEnough[index] ? cosine(vector, centroid) : 0));
  const picked: number[] = [];
  while (picked.length < count) {
    let best = -1;
    let bestScore = 0;
    for (const [index, score] of relevance.entries()) {
      if (score === 0 || picked.includes(index)) continue;
      const overlap = Math.max(0, ...picked.map((other) => cosine(vectors[index], vectors[other])));
      const marginal = 0.7 * score - 0.3 * overlap;
      if (best < 0 || marginal > bestScore) [best, bestScore] = [index, marginal];
    }
    if (best < 0) break;
    picked.push(best);
  }
  return picked.sort((a, b) => a - b).flatMap((index) => sentences[index] ?? []);
}

/** Words and word pairs that are said at least twice, the weightiest first; a pair stands for its words. */
export function keyTerms(sentences: readonly Sentence[], count: number): string[] {
  const occurrences = new Map<string, number>();
  const add = (term: string): void => void occurrences.set(term, (occurrences.get(term) ?? 0) + 1);
  for (const { text } of sentences) {
    const tokens = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    const isTopic = tokens.map((token) => token.length > 2 && !STOP_WORDS.has(token));
    tokens.forEach((token, index) => {
      if (!isTopic[index]) return;
      add(token);
      if (isTopic[index + 1]) add(`${token} ${tokens[index + 1] ?? ''}`);
    });
  }
  const repeated = [...occurrences].filter(([, times]) => times > 1);
  const weight = ([term, times]: [string, number]): number => times * (term.includes(' ') ? 1.5 : 1);
  const ranked = repeated
    .sort((a, b) => weight(b) - weight(a) || (a[0] < b[0] ? -1 : 1))
    .map(([term]) => term);
  const chosen: string[] = [];
  for (const term of ranked) {
    if (chosen.length === count) break;
    if (!chosen.some((other) => other.split(' ').some((word) => term.split(' ').includes(word))))
      chosen.push(term);
  }
  return chosen;
}

function tfIdf(documents: readonly string[][]): Weights[] {
  const frequency = new Map<string, number>();
  for (const words of documents)
    for (const word of new Set(words)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  return documents.map((words) => {
    const weights = new Map<string, number>();
    for (const word of words) {
      const inverse = Math.log(1 + documents.length / (frequency.get(word) ?? 1));
      weights.set(word, (weights.get(word) ?? 0) + inverse);
    }
    return weights;
  });
}

function sum(vectors: readonly Weights[]): Weights {
  const total = new Map<string, number>();
  for (const vector of vectors)
    for (const [word, weight] of vector) total.set(word, (total.get(word) ?? 0) + weight);
  return total;
}

function cosine(a: Weights | undefined, b: Weights | undefined): number {
  if (!a || !b || a.size === 0 || b.size === 0) return 0;
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let dot = 0;
  for (const [word, weight] of small) dot += weight * (large.get(word) ?? 0);
  return dot / (length(a) * length(b));
}

function length(vector: Weights): number {
  let squares = 0;
  for (const weight of vector.values()) squares += weight * weight;
  return Math.sqrt(squares);
}
