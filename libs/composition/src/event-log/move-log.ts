import {
  copyLog,
  CopyOptions,
  CopyResult,
  deleteCheckpoint,
  listCheckpoints,
  NamedCheckpoint,
  Position,
  rebaseSealedEvents,
  writeCheckpoint,
} from '@voxpersona/event-store';
import { isSagaName, moveStoreMark, ObjectStorage, STANDING_SAGAS } from '@voxpersona/pipeline';
import { inTransaction } from '@voxpersona/platform';
import { Pool } from 'pg';
import { AnotherEventLog, boundLog, rebindLog } from './installation';
import { OpenedEventStore } from './open-event-store';

/** Something that has to be finished before the log can be moved. */
export class LogNotQuiet extends Error {
  constructor(reason: string) {
    super(
      `${reason}. Start the servers once more on the log as it is, and stop them when /health/ready says caughtUp`,
    );
    this.name = 'LogNotQuiet';
  }
}

/**
 * Moves an installation from one log to another: copies every event, then sets the checkpoints of sagas to the end of the
 * new log, so that nothing they did is done again, and forgets those of read models, which are rebuilt at the next start. Jobs
 * stay as they are. The caller must be alone with the installation. Can be started again at any time; the installation
 * changes over in one transaction at the end.
 *
 * @throws LogNotQuiet, AnotherEventLog, and what `copyLog` throws
 */
export async function moveLog(
  pool: Pool,
  from: OpenedEventStore,
  to: OpenedEventStore,
  storage: ObjectStorage,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const sourceId = await from.store.logId();
  const targetId = await to.store.logId();
  const bound = await boundLog(pool);
  if (bound && (bound.logId !== sourceId || bound.kind !== from.kind)) {
    // A run before changed over, and perhaps did not come to its end.
    if (bound.logId !== targetId || bound.kind !== to.kind)
      throw new AnotherEventLog({ kind: from.kind, logId: sourceId }, bound);
    const result = await copyLog(from.store, to.store, options);
    await moveStoreMark(storage, sourceId, targetId);
    return result;
  }
  const end = await from.store.head();
  const checkpoints = await listCheckpoints(pool);
  checkQuiet(checkpoints, sourceId, end);
  const result = await copyLog(from.store, to.store, options);
  if ((await from.store.head()) !== end) throw new LogNotQuiet('The log was written to meanwhile');
  await changeOver(pool, to, targetId, checkpoints, end);
  await moveStoreMark(storage, sourceId, targetId);
  return result;
}

/** What a saga has not seen yet, it would never see: its checkpoint is set to the end. */
function checkQuiet(checkpoints: readonly NamedCheckpoint[], logId: string, end: Position): void {
  for (const name of STANDING_SAGAS) {
    const checkpoint = checkpoints.find((one) => one.name === name);
    const isCaughtUp = checkpoint?.logId === logId && checkpoint.position >= end;
    if (!isCaughtUp && end > 0n) throw new LogNotQuiet(`${name} has not seen all of the log`);
  }
}

async function changeOver(
  pool: Pool,
  to: OpenedEventStore,
  logId: string,
  checkpoints: readonly NamedCheckpoint[],
  sourceEnd: Position,
): Promise<void> {
  const position = await to.store.head();
  await inTransaction(pool, async (transaction) => {
    await rebaseSealedEvents(pool, transaction, to.store);
    for (const { name, version, position: reached } of checkpoints) {
      // That of an embedder of long ago, which has not seen all: it begins anew, and the ids of its jobs are known.
      const isDone = isSagaName(name) && reached >= sourceEnd;
      if (isDone) await writeCheckpoint(transaction, name, { version, logId, position });
      else await deleteCheckpoint(transaction, name);
    }
    await rebindLog(transaction, to.kind, logId);
  });
}
