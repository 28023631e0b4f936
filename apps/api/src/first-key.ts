import { CommandBus } from '@nestjs/cqrs';
import { IssueApiKey } from '@voxpersona/pipeline';
import { ProjectionsRunner } from '@voxpersona/projections';
import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FIRST_OWNER = 'owner';
const PATIENCE_MS = 10_000;

/**
 * Makes the first API key of an installation, and keeps it in a file that only the server's user can read.
 *
 * @returns the key, to be shown this once; null when there was one before
 */
export async function makeFirstKey(
  dataFolder: string,
  commands: CommandBus,
  projections: ProjectionsRunner,
): Promise<{ apiKey: string; file: string } | null> {
  const file = join(dataFolder, 'first-api-key');
  if (existsSync(file)) return null;
  const request = {
    requestId: randomUUID(),
    actor: { kind: 'system' as const, id: 'first-start', owner: null },
  };
  const { apiKey, position } = await commands.execute(new IssueApiKey(FIRST_OWNER, 'first key', request));
  // Whole or not at all: a half-written file would lock everybody out.
  writeFileSync(`${file}.new`, `${apiKey}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  await projections.waitFor(['api-keys'], position, PATIENCE_MS);
  return { apiKey, file };
}
