import { Inject } from '@nestjs/common';
import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  audioClaimId,
  ChannelMode,
  DomainEvent,
  PresentRecording,
  RecordingCommand,
  recordingDecider,
  RecordingState,
  Scenario,
} from '@voxpersona/domain';
import {
  Actors,
  AppendOutcomeUnknown,
  CommandContext,
  CurrentState,
  Position,
} from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { Workspaces } from '../access/workspaces';
import { adoptedKey } from '../activities/object-keys';
import { Originals } from '../originals';
import { AudioProbe, Media } from '../providers/media';
import { ObjectStorage, StoredObject } from '../providers/object-storage';
import { MEDIA, OBJECT_STORAGE } from '../tokens';
import { ShownUploadLink, UploadLinks } from '../upload-links/upload-links';
import { AudioClaims } from './audio-claims';
import { checkedDetails } from './checked-details';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';
import { MergedDetails, mergeDetails } from './merge-details';
import { UploadedObject } from './uploaded-object';

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
  /** Null: as the workspace has it. */
  channels: ChannelMode | null;
  details: Record<string, string>;
  reports: string[];
}

/**
 * - `created`    a new recording; also for a repeated request whose first try made it
 * - `duplicate`  this audio of this owner is there already, with its original: nothing was made
 * - `restored`   it was there, but its original was missing: these bytes are the original now
 */
export type UploadOutcome = 'created' | 'duplicate' | 'restored';

export interface UploadAnswer {
  recordingId: string;
  position: Position;
  outcome: UploadOutcome;
  /** Only of audio that was there already: what became of what its sender said of it. */
  merged?: MergedDetails;
}

/** It is unknown whether an upload was recorded. Its audio is kept, and sending the file again is safe. */
export class UploadUnconfirmed extends AppendOutcomeUnknown {
  constructor(unknown: AppendOutcomeUnknown) {
    super(unknown.stream, unknown.cause);
    this.name = 'UploadUnconfirmed';
  }
}

/**
 * Makes stored audio a recording. What was stored for this upload is deleted again where it is certain that no event names it:
 * for a file that is refused, for audio that was there already, and for an append that was never sent.
 *
 * Rejects with `UnusableAudio` for a file that cannot become a recording, with `DetailsRefused`, with `CommandRefused` for one
 * that came by an upload link which is no longer good, and with `UploadUnconfirmed`.
 */
export class AcceptUpload extends Command<UploadAnswer> {
  constructor(
    readonly upload: Upload,
    readonly limits: { maxSeconds: number },
    readonly request: RequestContext,
    readonly sender: {
      /** The link that it came by, which is then used up. */
      link?: ShownUploadLink | undefined;
      /** Aborts when nobody waits for the answer any more. Only the look at the file ends then, not what is being recorded. */
      signal?: AbortSignal | undefined;
    } = {},
  ) {
    super();
  }
}

@CommandHandler(AcceptUpload)
export class AcceptUploadHandler implements ICommandHandler<AcceptUpload> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    @Inject(MEDIA) private readonly media: Media,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    private readonly originals: Originals,
    private readonly links: UploadLinks,
    private readonly claims: AudioClaims,
    private readonly workspaces: Workspaces,
  ) {}

  async execute(command: AcceptUpload): Promise<UploadAnswer> {
    const object = new UploadedObject(command.upload.stored, this.storage, this.originals);
    try {
      return await this.accept(command, object);
    } finally {
      await object.discardUnlessNamed();
    }
  }

  private async accept(command: AcceptUpload, object: UploadedObject): Promise<UploadAnswer> {
    const { upload, limits, request } = command;
    const { link, signal } = command.sender;
    const details = checkedDetails(upload.details);
    const probeLimits = { ...limits, workspace: upload.owner };
    const audio = await this.storage.withLocalFile(object.key, (file) =>
      this.media.probe(file, probeLimits, signal),
    );
    await this.originals.assertOurStore();
    const { owner, stored, recordingId: proposed } = upload;
    const wanted = { owner, sha256: stored.sha256, recordingId: proposed };
    const { recordingId, recording } = await this.claims.claim(wanted, request);
    const isThere = recording.state.phase === 'present';
    // Before there is a recording: an upload that comes second leaves none. Its claim stays, as that of an upload that died;
    // to release it could take it from another upload that has just come upon it.
    if (link) await this.links.use(link, { recordingId, duplicate: isThere }, request);
    if (isThere) {
      const answer = await this.recognise(command, recording, object);
      if (answer.outcome === 'created') return answer;
      const given = { details, language: upload.language, channels: upload.channels };
      const byLink = link !== undefined;
      return { ...answer, ...(await mergeDetails(this.actors, recordingId, given, { request, byLink })) };
    }
    // A claim whose recording is not there: its upload died half-way, or is just a little behind this one. Whoever
    // appends first makes the recording; each has a key of its own, so neither touches the other's object.
    if (recordingId !== proposed) await object.moveTo(adoptedKey(recordingId, randomUUID()));
    return this.create({ ...upload, details }, request, recordingId, object, audio);
  }

  private async create(
    upload: Upload,
    request: RequestContext,
    recordingId: string,
    object: UploadedObject,
    audio: AudioProbe,
  ): Promise<UploadAnswer> {
    const { owner, fileName, scenario, language, details, reports, stored } = upload;
    const { sizeBytes, sha256 } = stored;
    const claimId = audioClaimId(owner, sha256);
    const channels = upload.channels ?? (await this.workspaces.read(owner)).channels;
    const of = { recordingId, owner, claimId, fileName, scenario, language, channels, details, reports };
    const command = {
      type: 'UploadAudio' as const,
      audio: { ...of, sizeBytes, sha256, objectKey: object.key, audio },
    };
    const context = commandContext(request, 'upload', recordingId);
    // Accepted without this object: an earlier try of this very request made the recording.
    return this.record(object, recordingId, command, context, 'created');
  }

  /** The recording is there already: by an earlier try of this request, by another one, or without its audio. */
  private async recognise(
    { request }: AcceptUpload,
    recording: CurrentState<RecordingState>,
    object: UploadedObject,
  ): Promise<UploadAnswer> {
    const { state, position } = recording;
    if (state.phase !== 'present') throw new Error('Only a recording that is there can be recognised');
    const { recordingId, original, replacedObjectKey } = state;
    if ((await this.originals.inspect(original)) !== 'intact') return this.restore(request, state, object);
    // An earlier try of this very request is answered as it would have been.
    const did = (...command: string[]): boolean =>
      recording.wasCarriedOut(commandContext(request, ...command, recordingId).commandId);
    const restored = replacedObjectKey !== null && did('restore', replacedObjectKey);
    const outcome = restored ? 'restored' : did('upload') ? 'created' : 'duplicate';
    return { recordingId, position, outcome };
  }

  private async restore(
    request: RequestContext,
    { recordingId, original }: PresentRecording,
    object: UploadedObject,
  ): Promise<UploadAnswer> {
    await object.moveTo(adoptedKey(recordingId, randomUUID()));
    const command = {
      type: 'RestoreOriginal' as const,
      objectKey: object.key,
      replacedObjectKey: original.objectKey,
    };
    const context = commandContext(request, 'restore', original.objectKey, recordingId);
    return this.record(object, recordingId, command, context, 'restored');
  }

  /** Appends what names the object. Refused: another sender of the same audio was faster, and the audio is there. */
  private async record(
    object: UploadedObject,
    recordingId: string,
    command: RecordingCommand,
    context: CommandContext,
    accepted: UploadOutcome,
  ): Promise<UploadAnswer> {
    const answer = await object
      .name(
        () => this.actors.ask(recordingDecider, recordingId, command, context),
        ({ state }) => isOriginal(state, object.key),
      )
      .catch(unconfirmed);
    if (answer.state.phase !== 'present') throw refusalOf(answer);
    const { position } = answer;
    return { recordingId, position, outcome: answer.kind === 'accepted' ? accepted : 'duplicate' };
  }
}

function isOriginal(state: RecordingState, objectKey: string): boolean {
  return state.phase === 'present' && state.original.objectKey === objectKey;
}

function unconfirmed(error: unknown): never {
  throw error instanceof AppendOutcomeUnknown ? new UploadUnconfirmed(error) : error;
}

/** The recording was erased between the claim and the append. */
function refusalOf(answer: { kind: string; refusal?: CommandRefused['refusal'] }): CommandRefused {
  const erased = {
    code: 'recording_erased',
    message: 'This recording has been erased. Send the file again.',
  };
  return new CommandRefused(answer.refusal ?? erased);
}
