import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestServer } from '../server/test-server';

/** More than the SWEEP_AFTER_HOURS of these tests. */
const AGE_HOURS = 3;
const SWEEP_PATIENCE_MS = 60_000;
/** An object of a recording that never existed. Its removal shows that the sweep works. */
const NOBODYS = 'recordings/00000000-0000-4000-8000-000000000000/original';

/** Keys of all objects of recordings, without the checksums stored beside them. */
export function objectKeys({ dataFolder }: TestServer): string[] {
  const folder = join(dataFolder, 'objects');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((key) => key.startsWith('recordings/') && !key.endsWith('.sha256'))
    .filter((key) => statSync(join(folder, key), { throwIfNoEntry: false })?.isFile());
}

/** Recordings without exactly one original, and objects that belong to none of these recordings. */
export function wrongOriginals(server: TestServer, recordingIds: readonly string[]): string[] {
  const keys = objectKeys(server);
  const wrong: string[] = [];
  for (const id of recordingIds) {
    const originals = keys.filter((key) => key.startsWith(`recordings/${id}/original`));
    if (originals.length !== 1)
      wrong.push(`${id} has ${originals.length} originals: ${originals.join(', ')}`);
  }
  const known = new Set(recordingIds);
  const nobodys = keys.filter((key) => !known.has(key.split('/')[1] ?? ''));
  return [...wrong, ...nobodys.map((key) => `belongs to no recording: ${key}`)];
}

/**
 * Ages every object and restarts the server, which sweeps at its start.
 *
 * @returns what is wrong after the sweep, see `wrongOriginals`
 */
export async function sweep(server: TestServer, recordingIds: readonly string[]): Promise<string[]> {
  await server.stop();
  const folder = join(server.dataFolder, 'objects');
  mkdirSync(dirname(join(folder, NOBODYS)), { recursive: true });
  writeFileSync(join(folder, NOBODYS), 'swept');
  const then = new Date(Date.now() - AGE_HOURS * 3_600_000);
  for (const key of objectKeys(server)) utimesSync(join(folder, key), then, then);
  await server.start();
  const deadline = Date.now() + SWEEP_PATIENCE_MS;
  for (;;) {
    const wrong = wrongOriginals(server, recordingIds);
    if (wrong.length === 0 || Date.now() > deadline) return wrong;
    await sleep(100);
  }
}
