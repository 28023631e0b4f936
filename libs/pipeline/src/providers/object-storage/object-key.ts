const KEY = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;

/** @throws RangeError for a key outside the alphabet: keys are ours, so that is a mistake in the code */
export function checkObjectKey(key: string): void {
  const leadsElsewhere = key.split('/').some((segment) => segment === '.' || segment === '..');
  if (!KEY.test(key) || leadsElsewhere) throw new RangeError(`Not an object key: ${key}`);
}

/** @throws RangeError */
export function checkPrefix(prefix: string): void {
  if (!prefix.endsWith('/')) throw new RangeError(`A prefix ends with a slash: ${prefix}`);
  checkObjectKey(prefix.slice(0, -1));
}
