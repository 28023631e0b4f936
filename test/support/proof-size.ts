/** Proofs run in short form with the tests, and at full size by `npm run prove -- <name>`. */
export function proofSize<T>(sizes: { short: T; full: T }): T {
  return process.env.VOXPERSONA_PROOF === 'full' ? sizes.full : sizes.short;
}
