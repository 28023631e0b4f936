import { Original, PresentRecording } from '@voxpersona/domain';
import { EventStore } from '@voxpersona/event-store';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ObjectNotFound, ObjectStorage, StoredObject } from '../providers/object-storage';
import { ProviderFailure } from '../providers/provider-failure';
import { isStoreOf } from './log-mark';
import { OriginalMissing } from './original-missing';

/** `altered`: there is an object, of another length or content. */
export type OriginalCondition = 'intact' | 'missing' | 'altered';

/** For how long a store that carried the log's mark is not asked for it again. */
const MARK_MS = 5_000;

/** The object beside an original that holds its SHA-256, so that it can be checked without being read. */
export function checksumKey(objectKey: string): string {
  return `${objectKey}.sha256`;
}

/** The audio of recordings in the object store: whether it is there, and is what was uploaded. */
export class Originals {
  private markSeenAt = -MARK_MS;

  constructor(
    private readonly storage: ObjectStorage,
    private readonly log: Pick<EventStore, 'logId' | 'readAll'>,
  ) {}

  /**
   * Makes sure that the store is the one of this log. Every answer about missing audio depends on it: in a wrong or empty
   * store all audio would look lost.
   *
   * @throws ProviderFailure `storage` as for a store that cannot be reached
   */
  async assertOurStore(): Promise<void> {
    if (performance.now() - this.markSeenAt < MARK_MS) return;
    if (!(await isStoreOf(this.storage, this.log))) {
      const reason =
        'The object store does not carry the mark of this event log. Is it the right bucket or folder, and is its disk ' +
        'mounted? If it is, run "vox audio adopt-store"';
      throw new ProviderFailure('storage', reason, { provider: this.storage.provider });
    }
    this.markSeenAt = performance.now();
  }

  /** Keeps the checksum with an object that is about to become an original. */
  async keepChecksum({ key, sha256 }: StoredObject): Promise<void> {
    await this.storage.put(checksumKey(key), Readable.from([sha256]));
  }

  /** Deletes an object that no event names, with its checksum. */
  async discard(objectKey: string): Promise<void> {
    await this.storage.delete(objectKey);
    await this.storage.delete(checksumKey(objectKey));
  }

  /**
   * Compares length and kept checksum. Where no checksum is kept, as with recordings of earlier builds, the object is read once
   * and its checksum is kept from then on.
   *
   * @throws ProviderFailure `storage`
   */
  async inspect(original: Original): Promise<OriginalCondition> {
    const condition = await this.inspectLength(original);
    if (condition !== 'intact') return condition;
    const kept = await this.keptChecksum(original.objectKey);
    if (kept !== undefined) return kept === original.sha256 ? 'intact' : 'altered';
    return this.inspectContent(original);
  }

  /** Reads every byte. @throws ProviderFailure `storage` */
  async inspectContent(original: Original): Promise<OriginalCondition> {
    const { objectKey: key, sizeBytes, sha256 } = original;
    const condition = await this.inspectLength(original);
    if (condition !== 'intact') return condition;
    const hash = createHash('sha256');
    for await (const bytes of await this.storage.get(key)) hash.update(bytes as Buffer);
    if (hash.digest('hex') !== sha256) return 'altered';
    // Of several that look at once one is first.
    if ((await this.keptChecksum(key)) === undefined) {
      await this.keepChecksum({ key, sizeBytes, sha256 }).catch(() => undefined);
    }
    return 'intact';
  }

  /**
   * For whoever is about to read the audio: compares the length only.
   *
   * @throws OriginalMissing, ProviderFailure `storage`
   */
  async assertPresent({ recordingId, original }: PresentRecording): Promise<void> {
    if ((await this.inspectLength(original)) !== 'intact') throw new OriginalMissing(recordingId);
  }

  private async inspectLength({ objectKey, sizeBytes }: Original): Promise<OriginalCondition> {
    try {
      if ((await this.storage.size(objectKey)) === sizeBytes) return 'intact';
    } catch (error) {
      if (!(error instanceof ObjectNotFound)) throw error;
      await this.assertOurStore();
      return 'missing';
    }
    await this.assertOurStore();
    return 'altered';
  }

  private async keptChecksum(objectKey: string): Promise<string | undefined> {
    try {
      return await text(await this.storage.get(checksumKey(objectKey)));
    } catch (error) {
      if (error instanceof ObjectNotFound) return undefined;
      throw error;
    }
  }
}
