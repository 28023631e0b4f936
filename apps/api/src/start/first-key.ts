import { CommandBus } from '@nestjs/cqrs';
import { founderIdOf, ownerIdOf } from '@voxpersona/domain';
import { Database } from '@voxpersona/composition';
import { Position } from '@voxpersona/event-store';
import { IssueApiKey, Workspaces } from '@voxpersona/pipeline';
import { inTransaction } from '@voxpersona/platform';
import { ProjectionsRunner } from '@voxpersona/projections';
import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'pg';

const FIRST_WORKSPACE = 'owner';
const PATIENCE_MS = 10_000;

/**
 * Makes the first workspace of an installation and its founder's API key, and keeps it in a file that only the server's user
 * can read. Of several servers that start at once one makes it.
 *
 * @returns the key, to be shown this once; null when there was one before
 */
export async function makeFirstKey(
  { dataFolder }: Pick<Database, 'dataFolder'>,
  pool: Pool,
  commands: CommandBus,
  workspaces: Workspaces,
  projections: ProjectionsRunner,
): Promise<{ apiKey: string; file: string } | null> {
  const file = join(dataFolder, 'first-api-key');
  if (existsSync(file)) return null;
  const ownerId = ownerIdOf(FIRST_WORKSPACE);
  const made = await inTransaction(pool, async (transaction) => {
    await transaction.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['first api key']);
    // The file may be another server's, or was not in a backup.
    if (Object.keys((await workspaces.read(ownerId)).keys).length > 0) return null;
    return issueKey(ownerId, commands, workspaces);
  });
  if (!made) return null;
  // Whole or not at all: a half-written file would lock everybody out.
  writeFileSync(`${file}.new`, `${made.apiKey}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  await projections.waitFor(['api-keys'], made.position, PATIENCE_MS);
  return { apiKey: made.apiKey, file };
}

async function issueKey(
  ownerId: string,
  commands: CommandBus,
  workspaces: Workspaces,
): Promise<{ apiKey: string; position: Position }> {
  const request = {
    requestId: randomUUID(),
    actor: { kind: 'system' as const, id: 'first-start', owner: null },
  };
  await workspaces.ask(ownerId, { type: 'RegisterWorkspace', name: FIRST_WORKSPACE }, request);
  const wanted = { label: 'first key', scopes: null, expiresAt: null };
  return commands.execute(
    new IssueApiKey(ownerId, { kind: 'operator' }, founderIdOf(ownerId), wanted, request),
  );
}
