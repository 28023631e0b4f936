import { createHash } from 'node:crypto';

/** Leaves and nodes are hashed apart, so that neither can stand for the other (RFC 6962, section 2.1). */
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** @param eventHash 64 hexadecimal digits */
export function leafHash(eventHash: string): Buffer {
  return sha256(LEAF, Buffer.from(eventHash, 'hex'));
}

/**
 * A Merkle tree that only grows. It keeps the roots of its full subtrees, one per bit of its size: so much is enough for the
 * root after every leaf.
 */
export class MerkleFrontier {
  private readonly peaks: { hash: Buffer; height: number }[] = [];
  private leaves = 0;

  get size(): number {
    return this.leaves;
  }

  append(leaf: Buffer): void {
    let node = { hash: leaf, height: 0 };
    for (let last = this.peaks.at(-1); last?.height === node.height; last = this.peaks.at(-1)) {
      this.peaks.pop();
      node = { hash: sha256(NODE, last.hash, node.hash), height: node.height + 1 };
    }
    this.peaks.push(node);
    this.leaves += 1;
  }

  /** Lower-case hex; of no leaves at all the hash of nothing. */
  root(): string {
    const hashes = this.peaks.map(({ hash }) => hash);
    if (hashes.length === 0) return sha256().toString('hex');
    return hashes.reduceRight((right, left) => sha256(NODE, left, right)).toString('hex');
  }
}

/** The greatest power of two below `count`; for two and more. */
function splitOf(count: number): number {
  // By doubling: the logarithm of a large number is rounded, and the split of a forged size would be no split.
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

function rootOf(leaves: readonly Buffer[], from: number, to: number): Buffer {
  const [only] = [leaves[from]];
  if (to - from === 1 && only) return only;
  const middle = from + splitOf(to - from);
  return sha256(NODE, rootOf(leaves, from, middle), rootOf(leaves, middle, to));
}

/** The hashes that lead from a leaf to the root, nearest first; lower-case hex. */
export function inclusionPath(leaves: readonly Buffer[], index: number): string[] {
  const path: string[] = [];
  let [from, to] = [0, leaves.length];
  if (index < 0 || index >= to) throw new RangeError(`There is no leaf ${index} among ${to}`);
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      path.unshift(rootOf(leaves, middle, to).toString('hex'));
      to = middle;
    } else {
      path.unshift(rootOf(leaves, from, middle).toString('hex'));
      from = middle;
    }
  }
  return path;
}

/** The root that a leaf leads to by such a path; undefined where the path cannot be one of a tree of that size. */
export function rootByPath(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly string[],
): string | undefined {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size))
    return undefined;
  const sides: ('left' | 'right')[] = [];
  for (let [from, to] = [0, size]; to - from > 1;) {
    if (sides.length > path.length) return undefined;
    const middle = from + splitOf(to - from);
    if (index < middle) {
      sides.unshift('left');
      to = middle;
    } else {
      sides.unshift('right');
      from = middle;
    }
  }
  if (sides.length !== path.length) return undefined;
  return path
    .reduce((hash, other, step) => {
      const beside = Buffer.from(other, 'hex');
      return sides[step] === 'left' ? sha256(NODE, hash, beside) : sha256(NODE, beside, hash);
    }, leaf)
    .toString('hex');
}
