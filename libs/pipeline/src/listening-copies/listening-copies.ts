import {
  deriveId,
  DomainEvent,
  ListeningCopyPart,
  MadeListeningCopy,
  PresentRecording,
  recordingDecider,
} from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { Originals } from '../originals';
import { ObjectNotFound, ObjectStorage } from '../providers/object-storage';

/** The listening copies of recordings in the object store. One that is not there any more is made again. */
export class ListeningCopies {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly storage: ObjectStorage,
    private readonly originals: Originals,
  ) {}

  /**
   * The copy of a recording, if it was made and this part of it is in the object store as it was written. A missing or altered
   * part is recorded, and another copy is made.
   *
   * @throws ProviderFailure `storage`
   */
  async find(
    { recordingId, listeningCopy: copy, owner }: PresentRecording,
    part: 'audio' | 'peaks',
  ): Promise<MadeListeningCopy | undefined> {
    if (copy.status !== 'made') return undefined;
    if (await this.isPresent(copy[part])) return copy;
    // In a wrong or empty store every copy would look lost.
    await this.originals.assertOurStore();
    const commandId = deriveId('listening-copy-lost', recordingId, copy.copyVersion);
    await this.actors.ask(
      recordingDecider,
      recordingId,
      { type: 'RequestListeningCopy', lostObjectKey: copy[part].objectKey },
      {
        commandId,
        correlationId: commandId,
        causationId: commandId,
        actor: { kind: 'system', id: 'listening-copies', owner },
      },
    );
    return undefined;
  }

  private async isPresent({ objectKey, sizeBytes }: ListeningCopyPart): Promise<boolean> {
    try {
      return (await this.storage.size(objectKey)) === sizeBytes;
    } catch (error) {
      if (error instanceof ObjectNotFound) return false;
      throw error;
    }
  }
}
