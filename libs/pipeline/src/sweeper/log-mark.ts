import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ObjectNotFound, ObjectStorage } from '../providers/object-storage';

/** Holds the id of the log whose recordings lie in this store. */
export const LOG_MARK = 'log-id';

/**
 * Whether the objects of this store are those of this log; a store that says nothing of it becomes this log's. To another
 * log, as after a slip in the configuration, every object would look like one that nobody knows.
 */
export async function isStoreOf(storage: ObjectStorage, logId: string): Promise<boolean> {
  try {
    return (await text(await storage.get(LOG_MARK))) === logId;
  } catch (error) {
    if (!(error instanceof ObjectNotFound)) throw error;
    await storage.put(LOG_MARK, Readable.from([logId]));
    return true;
  }
}

/** Makes the objects of one log those of another, to which it was moved. A store of a third log is left alone. */
export async function moveStoreMark(storage: ObjectStorage, from: string, to: string): Promise<void> {
  try {
    if ((await text(await storage.get(LOG_MARK))) !== from) return;
  } catch (error) {
    if (error instanceof ObjectNotFound) return;
    throw error;
  }
  await storage.delete(LOG_MARK);
  await storage.put(LOG_MARK, Readable.from([to]));
}
