import { Inject } from '@nestjs/common';
import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  audioClaimDecider,
  audioClaimId,
  DomainEvent,
  RecordingCommand,
  recordingDecider,
  RecordingState,
  Scenario,
} from '@voxpersona/domain';
import {
  Actors,
  AppendOutcomeUnknown,
  KeyRing,
  Position,
  RecordingKeyDestroyed,
} from '@voxpersona/event-store';
import { adoptedKey } from '../activities/object-keys';
import { AudioProbe, Media } from '../providers/media';
import { ObjectStorage, StoredObject } from '../providers/object-storage';
import { KEY_RING, MEDIA, OBJECT_STORAGE } from '../tokens';
import { ShownUploadLink, UploadLinks } from '../upload-links/upload-links';
import { checkedDetails } from './checked-details';
import { commandContext, RequestContext } from './request-context';

/** Audio that lies in the object store, and what its sender says of it. */
export interface Upload {
  /** Proposed id of the recording, under whose key the audio was stored. */
  recordingId: string;
  stored: StoredObject;
  owner: string;
  fileName: string;
  scenario: Scenario;
  /** ISO 639-1; null: detect. */
  language: string | null;
  details: Record<string, string>;
  reports: string[];
}

export interface UploadAnswer {
  recordingId: string;
  position: Position;
  /** True when this audio of this owner was there already: nothing new was made. */
  duplicate: boolean;
}

/**
 * Makes stored audio a recording. On any failure, and for audio that was there already, what was stored for this upload
 * is deleted again.
 *
 * Rejects with `UnusableAudio` for a file that cannot become a recording, with `DetailsRefused`, and with `CommandRefused` for
 * one that came by an upload link which is no longer good.
 */
export class AcceptUpload extends Command<UploadAnswer> {
  constructor(
    readonly upload: Upload,
    readonly limits: { maxSeconds: number },
    readonly request: RequestContext,
    /** The link that it came by, which is then used up. */
    readonly link?: ShownUploadLink,
  ) {
    super();
  }
}

/** Claims change hands only by an erasure in between: more rounds than this would be a mistake. */
const CLAIM_ROUNDS = 5;

@CommandHandler(AcceptUpload)
export class AcceptUploadHandler implements ICommandHandler<AcceptUpload> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    @Inject(MEDIA) private readonly media: Media,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    private readonly links: UploadLinks,
    @Inject(KEY_RING) private readonly keys: KeyRing,
  ) {}

  async execute(given: AcceptUpload): Promise<UploadAnswer> {
    const { upload, limits, link, request } = given;
    let objectKey = upload.stored.key;
    let keep = false;
    try {
      const details = checkedDetails(upload.details);
      const command = new AcceptUpload({ ...upload, details }, limits, request, link);
      const audio = await this.storage.withLocalFile(objectKey, (file) => this.media.probe(file, limits));
      const { recordingId, existing } = await this.claim(command);
      // Before there is a recording: one who comes second leaves none. Their claim stays, as that of an upload that died;
      // to release it could take it from another upload that has just come upon it.
      if (link) await this.links.use(link, { recordingId, duplicate: existing !== undefined }, request);
      if (existing) return { recordingId, position: existing, duplicate: true };
      if (recordingId !== upload.recordingId) {
        // A claim whose recording is not there: its upload died half-way, or is just a little behind this one. Whoever
        // appends first makes the recording; each has a key of its own, so neither touches the other's object.
        const adopted = adoptedKey(recordingId, upload.recordingId);
        await this.storage.move(objectKey, adopted);
        objectKey = adopted;
      }
      const answer = await this.upload(command, recordingId, objectKey, audio);
      keep = !answer.duplicate;
      return answer;
    } catch (error) {
      // Only then may an event name the object without our knowing: an orphan is a lesser evil than a loss.
      keep = error instanceof AppendOutcomeUnknown;
      throw error;
    } finally {
      if (!keep) await this.storage.delete(objectKey);
    }
  }

  /** Finds the recording that this audio is, or is to become. */
  private async claim(
    command: AcceptUpload,
  ): Promise<{ recordingId: string; existing: Position | undefined }> {
    const { upload, request } = command;
    const claimId = audioClaimId(upload.owner, upload.stored.sha256);
    for (let round = 0; round < CLAIM_ROUNDS; round += 1) {
      const { recordingId } = upload;
      const claim = { type: 'ClaimAudio' as const, claimId, recordingId };
      const context = commandContext(request, 'claim', String(round));
      const { state } = await this.actors.ask(audioClaimDecider, claimId, claim, context);
      const holder = state.holder ?? recordingId;
      const recording = await this.actors.read(recordingDecider, holder);
      if (recording.state.phase === 'present') return { recordingId: holder, existing: recording.position };
      const dead = recording.state.phase === 'absent' ? await this.keyDestroyed(holder) : undefined;
      if (recording.state.phase === 'absent' && !dead) return { recordingId: holder, existing: undefined };
      // Erased, and the claim not released yet: the saga is about to; this is the same command sooner. Or it was to come
      // of a file that was withdrawn on its way, and never will.
      const release = { type: 'ReleaseAudio' as const, claimId, recordingId: holder };
      await this.actors.ask(
        audioClaimDecider,
        claimId,
        release,
        commandContext(request, 'release', String(round)),
      );
      if (dead && holder === recordingId) throw dead;
    }
    throw new Error('The claim on this audio changes hands too often');
  }

  /** What says that nothing can be recorded under this id; undefined: it can. */
  private async keyDestroyed(recordingId: string): Promise<RecordingKeyDestroyed | undefined> {
    try {
      await this.keys.keyForSealing(recordingId);
      return undefined;
    } catch (error) {
      if (error instanceof RecordingKeyDestroyed) return error;
      throw error;
    }
  }

  private async upload(
    { upload, request }: AcceptUpload,
    recordingId: string,
    objectKey: string,
    audio: AudioProbe,
  ): Promise<UploadAnswer> {
    const { owner, fileName, scenario, language, details, reports, stored } = upload;
    const { sizeBytes, sha256 } = stored;
    const claimId = audioClaimId(owner, sha256);
    const of = { recordingId, owner, claimId, fileName, scenario, language, details, reports };
    const command: RecordingCommand = {
      type: 'UploadAudio',
      audio: { ...of, sizeBytes, sha256, objectKey, audio },
    };
    const answer = await this.actors.ask(
      recordingDecider,
      recordingId,
      command,
      commandContext(request, 'upload', recordingId),
    );
    return { recordingId, position: answer.position, duplicate: !holds(answer.state, objectKey) };
  }
}

/** Another upload of the same audio may have been first, under its own object. */
function holds(state: RecordingState, objectKey: string): boolean {
  return state.phase === 'present' && state.objectKey === objectKey;
}
