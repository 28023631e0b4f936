import { illFormed } from './ill-formed';

describe('illFormed', () => {
  it('takes what is text', () => {
    for (const value of ['', 'Ünïcødé 🎙', 5, null, undefined, { a: ['b', { c: true }] }]) {
      expect(illFormed(value)).toBeUndefined();
    }
  });
  it('finds halves of characters and NUL, wherever they are', () => {
    expect(illFormed({ a: ['x', '\ud800'] })).toMatch(/surrogate/);
    expect(illFormed({ 'a\0': 1 })).toMatch(/NUL/);
  });
  it('does not follow what has no end', () => {
    const deep = JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown;
    expect(illFormed(deep)).toMatch(/deeper/);
  });
});
