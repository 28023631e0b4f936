import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { inclusionPath, leafHash, MerkleFrontier, rootByPath } from './merkle-tree';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const leavesOf = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, n) => leafHash(hashOf(`${n}`)));
const rootOf = (leaves: readonly Buffer[]): string => {
  const frontier = new MerkleFrontier();
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
};
const node = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256')
    .update(Buffer.from([1]))
    .update(left)
    .update(right)
    .digest();

describe('The Merkle tree of the log', () => {
  it('has the hash of nothing for a root when it is empty', () => {
    expect(rootOf([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
  it('is split as RFC 6962 says', () => {
    const [a, b, c, d, e, f, g] = leavesOf(7) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
    expect(rootOf([a])).toBe(a.toString('hex'));
    expect(rootOf([a, b, c])).toBe(node(node(a, b), c).toString('hex'));
    const left = node(node(a, b), node(c, d));
    expect(rootOf([a, b, c, d, e, f, g])).toBe(node(left, node(node(e, f), g)).toString('hex'));
  });
  it('proves every leaf by a path, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (size, some, other) => {
        const leaves = leavesOf(size);
        const index = some % size;
        const path = inclusionPath(leaves, index);
        const root = rootOf(leaves);
        expect(rootByPath(leaves[index]!, index, size, path)).toBe(root);
        const wrong = other % size;
        if (wrong !== index) {
          expect(rootByPath(leaves[wrong]!, index, size, path)).not.toBe(root);
          expect(rootByPath(leaves[index]!, wrong, size, path)).not.toBe(root);
        }
        expect(rootByPath(leaves[index]!, index, size, [...path, hashOf('x')])).toBeUndefined();
      }),
    );
  });
  it.each([2 ** 50, Number.MAX_SAFE_INTEGER])('is no tree of %d leaves with a short path', (size) => {
    expect(rootByPath(leavesOf(1)[0]!, 5, size, [hashOf('x')])).toBeUndefined();
    const index = size - 1;
    const path = Array.from({ length: 53 }, () => hashOf('x'));
    expect(() => rootByPath(leavesOf(1)[0]!, index, size, path)).not.toThrow();
  });
  it.each([-1, 3, 0.5])('has no leaf %d among 3', (index) => {
    expect(rootByPath(leavesOf(1)[0]!, index, 3, [])).toBeUndefined();
  });
});
