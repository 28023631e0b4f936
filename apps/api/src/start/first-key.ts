import { Foundation } from '@voxpersona/composition';
import { deriveId, founderIdOf, ownerIdOf } from '@voxpersona/domain';
import { isStoreTransient, Position } from '@voxpersona/event-store';
import { IssueApiKey, IssuedApiKey, RequestContext, Workspaces } from '@voxpersona/pipeline';
import { backoffDelayMs, inTransaction } from '@voxpersona/platform';
import { ProjectionsRunner } from '@voxpersona/projections';
import { setTimeout as sleep } from 'node:timers/promises';
import { PoolClient } from 'pg';
import { FirstKeyFile } from './first-key-file';

const FIRST_WORKSPACE = 'owner';
const OWNER_ID = ownerIdOf(FIRST_WORKSPACE);
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
const BUSY_DELAY_MS = 200;
const READ_MODEL_PATIENCE_MS = 10_000;

/** What is needed of the running application. */
export interface FirstKeyServices {
  issueKey: (command: IssueApiKey) => Promise<IssuedApiKey>;
  workspaces: Workspaces;
  projections: Pick<ProjectionsRunner, 'waitFor'>;
}

export type FirstKeyFoundation = Pick<Foundation, 'pool' | 'store' | 'issuedSecrets'> & {
  database: Pick<Foundation['database'], 'dataFolder'>;
};

type Attempt =
  /** Another server is making the key. */
  | { kind: 'busy' }
  /** The workspace has a key that this server did not make. */
  | { kind: 'not_needed' }
  | { kind: 'made'; apiKey: string; position: Position };

/**
 * Makes the first workspace of an installation with its founder's API key, and keeps the key in a file that only the
 * server's user can read. While the event log or the database fails, it tries again, with a line in the log per attempt.
 *
 * There is one key, whatever fails: all servers send the same command, from which the key is derived. See ADR 27.
 *
 * @returns the key, to be shown this once; null when there was one before, or `signal` ended the attempts
 */
export async function makeFirstKey(
  foundation: FirstKeyFoundation,
  services: FirstKeyServices,
  log: { warn(message: string): void },
  signal: AbortSignal,
): Promise<{ apiKey: string; file: string } | null> {
  const file = new FirstKeyFile(foundation.database.dataFolder);
  if (file.exists) {
    file.forgetPending();
    return null;
  }
  const outcome = await untilKnown(() => attempt(foundation, services, file), log, signal);
  if (outcome?.kind !== 'made') return null;
  const { apiKey, position } = outcome;
  file.complete(apiKey);
  await services.projections
    .waitFor(['api-keys'], position, READ_MODEL_PATIENCE_MS)
    .catch((error: unknown) => log.warn(`The first API key may not work at once: ${messageOf(error)}`));
  return { apiKey, file: file.path };
}

/** Repeats what failed because of an outage, and waits for another server. Undefined when `signal` ended it. */
async function untilKnown(
  work: () => Promise<Attempt>,
  log: { warn(message: string): void },
  signal: AbortSignal,
): Promise<Attempt | undefined> {
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
  for (let failures = 0; !signal.aborted;) {
    try {
      const outcome = await work();
      if (outcome.kind !== 'busy') return outcome;
      await pause(BUSY_DELAY_MS);
    } catch (error) {
      if (!isStoreTransient(error)) throw error;
      failures += 1;
      const delay = backoffDelayMs({
        attempt: failures,
        baseMs: FIRST_DELAY_MS,
        maxMs: LONGEST_DELAY_MS,
        random: Math.random,
      });
      log.warn(
        `The first API key could not be made: ${messageOf(error)}. ` +
          `Attempt ${failures + 1} follows in ${(delay / 1_000).toFixed(1)} s`,
      );
      await pause(delay);
    }
  }
  return undefined;
}

/** The lock lets one server make the key and show it. It may be lost with its connection, so nothing else relies on it. */
function attempt(
  foundation: FirstKeyFoundation,
  services: FirstKeyServices,
  file: FirstKeyFile,
): Promise<Attempt> {
  return inTransaction(foundation.pool, async (transaction) => {
    if (!(await tryLock(transaction))) return { kind: 'busy' };
    const pending = file.pendingRequestId;
    const requestId = pending ?? deriveId('first-key', await foundation.store.logId());
    const request: RequestContext = {
      requestId,
      actor: { kind: 'system', id: 'first-start', owner: null },
    };
    const { keys } = await services.workspaces.read(OWNER_ID);
    const commandId = services.workspaces.commandIdOf(OWNER_ID, 'IssueApiKey', request);
    const isOurs =
      pending !== undefined && Object.hasOwn(keys, foundation.issuedSecrets.apiKey(commandId).keyId);
    // Another server's, made by an operator, or from a backup without this data folder.
    if (Object.keys(keys).length > 0 && !isOurs) {
      file.forgetPending();
      return { kind: 'not_needed' };
    }
    file.begin(requestId);
    return { kind: 'made', ...(await issue(services, request)) };
  });
}

async function tryLock(transaction: PoolClient): Promise<boolean> {
  const { rows } = await transaction.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked',
    ['first api key'],
  );
  return rows[0]?.locked === true;
}

async function issue(
  { workspaces, issueKey }: FirstKeyServices,
  request: RequestContext,
): Promise<IssuedApiKey> {
  await workspaces.ask(OWNER_ID, { type: 'RegisterWorkspace', name: FIRST_WORKSPACE }, request);
  const wanted = { label: 'first key', scopes: null, expiresAt: null };
  return issueKey(new IssueApiKey(OWNER_ID, { kind: 'operator' }, founderIdOf(OWNER_ID), wanted, request));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
