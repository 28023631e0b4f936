/** Deeper than anything that we take. */
const MAX_DEPTH = 20;

/**
 * What is wrong with the texts in what came in, before anything is asked of their meaning: halves of characters, which
 * cannot be written down without becoming others, and NUL, which PostgreSQL's text does not hold. Undefined: nothing.
 */
export function illFormed(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) return 'holds a half of a character (a lone surrogate)';
    return value.includes('\0') ? 'holds the character NUL' : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels`;
  for (const [name, item] of Object.entries(value)) {
    const fault = illFormed(name, depth + 1) ?? illFormed(item, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
