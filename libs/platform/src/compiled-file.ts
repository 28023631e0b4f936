import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * File of a thread or process of its own. These start from compiled code only; where the code around runs from its
 * sources, as in tests, it is the build's.
 *
 * @param folder `__dirname` of whoever asks
 * @param name of the file beside it, without extension
 */
export function compiledFile(folder: string, name: string): string {
  const beside = join(folder, `${name}.js`);
  if (existsSync(beside)) return beside;
  for (let root = folder; root !== dirname(root); root = dirname(root)) {
    if (existsSync(join(root, 'nest-cli.json')))
      return join(root, 'dist', relative(root, folder), `${name}.js`);
  }
  return beside;
}
