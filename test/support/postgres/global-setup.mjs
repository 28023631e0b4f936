// One real PostgreSQL for all integration and e2e tests of a run, from the same code that the product embeds.
import { chmodSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default async function setUp() {
  // Both projects ask for it; the operator may have brought a server of their own.
  if (process.env.VOXPERSONA_TEST_DATABASE_URL) return;
  const require = createRequire(import.meta.url);
  const { startEmbeddedPostgres } = require('../../../dist/libs/platform/src');
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-test-'));
  chmodSync(folder, 0o711);
  const postgres = await startEmbeddedPostgres(folder);
  process.env.VOXPERSONA_TEST_DATABASE_URL = postgres.connectionString;
  globalThis.voxpersonaTestPostgres = { postgres, folder };
}
