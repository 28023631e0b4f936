import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A library of the product as it was built, or a module inside it: `built('projections/src/read-models')`. */
export function built(name) {
  return require(`${root}dist/libs/${name.includes('/') ? name : `${name}/src`}`);
}

/** A module of test/support: `testSupport('history/histories')`. */
export function testSupport(name) {
  require('./typescript.cjs');
  return require(`${root}test/support/${name}.ts`);
}
