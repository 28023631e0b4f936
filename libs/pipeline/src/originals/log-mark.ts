import { AudioUploaded } from '@voxpersona/domain';
import { EventStore, START } from '@voxpersona/event-store';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ObjectNotFound, ObjectStorage } from '../providers/object-storage';

/** Holds the id of the log whose recordings lie in this store. */
export const LOG_MARK = 'log-id';

type Log = Pick<EventStore, 'logId' | 'readAll'>;

/**
 * Whether the objects of this store are those of this log. A store without a mark becomes this log's where the log holds no
 * recording yet, or where the store holds the audio of one. Any other store without a mark is the wrong one (another bucket, a
 * disk that is not mounted): in it every recording would look as if its audio were lost.
 */
export async function isStoreOf(storage: ObjectStorage, log: Log): Promise<boolean> {
  const logId = await log.logId();
  const mark = await readMark(storage);
  if (mark !== undefined) return mark === logId;
  if (!(await isFirstUse(storage, log))) return false;
  await writeMark(storage, logId);
  return true;
}

/** Makes a store without a mark this log's, whatever it holds: for an operator who knows that it is. */
export async function adoptStore(
  storage: ObjectStorage,
  logId: string,
): Promise<'adopted' | 'already' | 'foreign'> {
  const mark = await readMark(storage);
  if (mark !== undefined) return mark === logId ? 'already' : 'foreign';
  await writeMark(storage, logId);
  return 'adopted';
}

/** Makes the objects of one log those of another, to which it was moved. A store of a third log is left alone. */
export async function moveStoreMark(storage: ObjectStorage, from: string, to: string): Promise<void> {
  if ((await readMark(storage)) !== from) return;
  await storage.delete(LOG_MARK);
  await writeMark(storage, to);
}

async function readMark(storage: ObjectStorage): Promise<string | undefined> {
  try {
    return await text(await storage.get(LOG_MARK));
  } catch (error) {
    if (error instanceof ObjectNotFound) return undefined;
    throw error;
  }
}

async function writeMark(storage: ObjectStorage, logId: string): Promise<void> {
  await storage.put(LOG_MARK, Readable.from([logId])).catch(async (error: unknown) => {
    // Another process of this installation may have been first.
    if ((await readMark(storage)) !== logId) throw error;
  });
}

/** Installations from before marks were written at the first upload have audio and no mark. */
async function isFirstUse(storage: ObjectStorage, log: Log): Promise<boolean> {
  let isEmpty = true;
  for (let after = START, atEnd = false; !atEnd;) {
    const page = await log.readAll({ after, filter: { types: [AudioUploaded.type] } });
    for (const { data } of page.events) {
      isEmpty = false;
      if (typeof data.objectKey === 'string' && (await exists(storage, data.objectKey))) return true;
    }
    after = page.position;
    ({ atEnd } = page);
  }
  return isEmpty;
}

async function exists(storage: ObjectStorage, key: string): Promise<boolean> {
  try {
    await storage.size(key);
    return true;
  } catch (error) {
    if (error instanceof ObjectNotFound) return false;
    throw error;
  }
}
