import { provesNothingAppended } from '@voxpersona/event-store';
import { Originals } from '../originals';
import { ObjectStorage, StoredObject } from '../providers/object-storage';

/**
 * The object that one upload has stored, until it is an original or goes. It is deleted at once only while it is certain that
 * no event names it; where an append may have named it, the sweeper decides later.
 */
export class UploadedObject {
  private mayBeNamed = false;

  constructor(
    private stored: StoredObject,
    private readonly storage: ObjectStorage,
    private readonly originals: Originals,
  ) {}

  get key(): string {
    return this.stored.key;
  }

  async moveTo(key: string): Promise<void> {
    await this.storage.move(this.stored.key, key);
    this.stored = { ...this.stored, key };
  }

  /**
   * Runs an append that names this object.
   *
   * @param holds whether the log, by what the append answered, names this object
   */
  async name<T>(append: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
    await this.originals.keepChecksum(this.stored);
    this.mayBeNamed = true;
    try {
      const answer = await append();
      this.mayBeNamed = holds(answer);
      return answer;
    } catch (error) {
      if (provesNothingAppended(error)) this.mayBeNamed = false;
      throw error;
    }
  }

  /** Never rejects: what cannot be deleted now is left to the sweeper. */
  async discardUnlessNamed(): Promise<void> {
    if (!this.mayBeNamed) await this.originals.discard(this.stored.key).catch(() => undefined);
  }
}
