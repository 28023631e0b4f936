import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Whom PostgreSQL runs as when we are root: it refuses to run as root itself. */
export interface UnprivilegedUser {
  uid: number;
  gid: number;
  name: string;
}

/** The system's `postgres` user, else `nobody`; undefined when we are not root and run PostgreSQL as ourselves. */
export function unprivilegedUser(): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const entry = users.find(([user]) => user === name);
    if (entry) return { name, uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error('Running as root needs a user named postgres or nobody to run the database as');
}

/** True when `user` may pass through every folder down to `path`, and read it. `path` need not exist yet. */
export function isReachable(path: string, user: UnprivilegedUser): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat) {
      const bit = stat.uid === user.uid ? 0o100 : stat.gid === user.gid ? 0o010 : 0o001;
      if (stat.isDirectory() && (stat.mode & bit) === 0) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}
