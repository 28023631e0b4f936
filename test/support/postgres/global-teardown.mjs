import { rmSync } from 'node:fs';

export default async function tearDown() {
  const started = globalThis.voxpersonaTestPostgres;
  if (!started) return;
  globalThis.voxpersonaTestPostgres = undefined;
  await started.postgres.stop();
  rmSync(started.folder, { recursive: true, force: true });
}
