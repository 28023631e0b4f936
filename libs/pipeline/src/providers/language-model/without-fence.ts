const FENCE = /^\s*(`{3,}|~{3,})[\w-]*[ \t]*(?:\r\n|\r|\n)([\s\S]*?)(?:\r\n|\r|\n)?\s*\1\s*$/u;

/** Text without the code fence that models like to put around a whole answer. Fences within the text stay. */
export function withoutFence(text: string): string {
  const [, fence, inside] = FENCE.exec(text) ?? [];
  return fence === undefined || inside === undefined || inside.includes(fence) ? text : inside.trim();
}
