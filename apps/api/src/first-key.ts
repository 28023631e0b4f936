import { CommandBus } from '@nestjs/cqrs';
import { founderIdOf, ownerIdOf } from '@voxpersona/domain';
import { IssueApiKey, Workspaces } from '@voxpersona/pipeline';
import { ProjectionsRunner } from '@voxpersona/projections';
import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FIRST_WORKSPACE = 'owner';
const PATIENCE_MS = 10_000;

/**
 * Makes the first workspace of an installation and its founder's API key, and keeps it in a file that only the server's user can read.
 *
 * @returns the key, to be shown this once; null when there was one before
 */
export async function makeFirstKey(
  dataFolder: string,
  commands: CommandBus,
  workspaces: Workspaces,
  projections: ProjectionsRunner,
): Promise<{ apiKey: string; file: string } | null> {
  const file = join(dataFolder, 'first-api-key');
  if (existsSync(file)) return null;
  const request = {
    requestId: randomUUID(),
    actor: { kind: 'system' as const, id: 'first-start', owner: null },
  };
  const ownerId = ownerIdOf(FIRST_WORKSPACE);
  await workspaces.ask(ownerId, { type: 'RegisterWorkspace', name: FIRST_WORKSPACE }, request);
  const wanted = { label: 'first key', scopes: null, expiresAt: null };
  const { apiKey, position } = await commands.execute(
    new IssueApiKey(ownerId, { kind: 'operator' }, founderIdOf(ownerId), wanted, request),
  );
  // Whole or not at all: a half-written file would lock everybody out.
  writeFileSync(`${file}.new`, `${apiKey}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  await projections.waitFor(['api-keys'], position, PATIENCE_MS);
  return { apiKey, file };
}
