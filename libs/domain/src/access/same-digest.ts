/** Compares two hex digests in a time that does not depend on where they differ. */
export function sameDigest(known: string, given: string): boolean {
  let difference = known.length ^ given.length;
  for (let index = 0; index < known.length; index += 1) {
    difference |= known.charCodeAt(index) ^ given.charCodeAt(index % Math.max(1, given.length));
  }
  return difference === 0;
}
