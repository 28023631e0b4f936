import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A folder beside the repository, `../shared/<name>`, with material too large for it; undefined where it is not there. */
export function sharedFolder(name: string): string | undefined {
  const folder = join(process.env.VOXPERSONA_SHARED ?? join(__dirname, '../../../shared'), name);
  return existsSync(folder) ? folder : undefined;
}
