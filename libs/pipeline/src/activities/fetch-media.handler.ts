import { Inject } from '@nestjs/common';
import { CommandBus, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  chatDecider,
  DomainEvent,
  IntakeState,
  OpenChat,
  ParsedCaption,
  recordingDecider,
  recordingIdOfIntake,
} from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AcceptUpload, UploadAnswer } from '../commands/accept-upload';
import { PIPELINE_SETTINGS, PipelineSettings } from '../pipeline-settings';
import { ChatFiles } from '../providers/chat-files';
import { UnusableAudio } from '../providers/media';
import { ObjectStorage, StoredObject } from '../providers/object-storage';
import { ProviderFailure } from '../providers/provider-failure';
import { CHAT_FILES, OBJECT_STORAGE } from '../tokens';
import { albumEndsInMs, askedAfter, captionOf, mayGetCaption } from './chat-caption';
import { IntakeReporter, requestOf } from './intake-reporter';
import { FetchMedia, JobRun } from './job-command';
import { adoptedKey } from './object-keys';
import { RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Report types that a recording from a chat gets by itself, as one by REST does. */
const REPORTS = ['summary'];

/** A file of a chat, and what is written under it. */
interface Sent {
  chat: OpenChat;
  intake: IntakeState;
  caption: ParsedCaption;
}

/** Fetches a file that was sent in a chat, and makes it a recording with what its caption says. */
@CommandHandler(FetchMedia)
export class FetchMediaHandler implements ICommandHandler<FetchMedia> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly commands: CommandBus,
    private readonly results: ResultReporter,
    private readonly intakes: IntakeReporter,
    private readonly events: RecordedEvents,
    @Inject(CHAT_FILES) private readonly files: ChatFiles | undefined,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(PIPELINE_SETTINGS) private readonly settings: PipelineSettings,
  ) {}

  async execute({ job, run }: FetchMedia): Promise<void> {
    const { chatId, intakeId } = job;
    const sent = await this.sent(chatId, intakeId);
    const recordingId = recordingIdOfIntake(intakeId);
    // A run before this one may have made a recording of it.
    if (sent?.intake.status === 'withdrawn') await this.intakes.erase(sent.intake, recordingId, run.context);
    if (sent?.intake.status !== 'received') return;
    try {
      const { state } = await this.actors.read(recordingDecider, recordingId);
      // A run before this one came so far.
      if (state.phase !== 'absent') await this.stored(sent, { recordingId, duplicate: false }, run);
      else await this.fetch(sent, recordingId, run);
    } catch (error) {
      if (!(error instanceof UnusableAudio)) throw error;
      const failure = { code: error.code, provider: null, requestId: null, attempts: 1 };
      const command = { type: 'RecordNotStored' as const, intakeId, failure };
      await this.results.send(chatDecider, chatId, command, run.context);
    }
  }

  private async fetch({ chat: { chatId }, intake }: Sent, recordingId: string, run: JobRun): Promise<void> {
    const stored = await this.store(intake, recordingId, run.signal);
    let sent: Sent | undefined;
    try {
      sent = await this.complete(chatId, intake.intakeId, run.signal);
    } finally {
      if (!sent) await this.storage.delete(stored.key);
    }
    if (!sent) return;
    const { recordingId: id, outcome } = await this.accept(sent, recordingId, stored, run);
    // A recording that got its audio back was there before this file: it is not erased with it.
    await this.stored(sent, { recordingId: id, duplicate: outcome !== 'created' }, run);
  }

  /**
   * The file as its chat knows it once all of its album is there: the caption may stand under any file, and much may have
   * been said while this one came in. Undefined: it is not waited for any more.
   */
  private async complete(chatId: string, intakeId: string, signal: AbortSignal): Promise<Sent | undefined> {
    for (;;) {
      const sent = await this.sent(chatId, intakeId);
      if (sent?.intake.status !== 'received') return undefined;
      if (!mayGetCaption(sent.chat, sent.intake)) return sent;
      const events = await this.events.read(chatDecider.category, chatId);
      const waitMs = albumEndsInMs(events, sent.intake.albumId, Date.now());
      if (waitMs === 0) return sent;
      await sleep(waitMs, undefined, { signal });
    }
  }

  /** The file as its chat knows it now. */
  private async sent(chatId: string, intakeId: string): Promise<Sent | undefined> {
    const { state: chat } = await this.actors.read(chatDecider, chatId);
    const intake = chat.phase === 'open' ? chat.intakes[intakeId] : undefined;
    return chat.phase === 'open' && intake ? { chat, intake, caption: captionOf(chat, intake) } : undefined;
  }

  private accept(
    { chat: { settings }, intake, caption }: Sent,
    recordingId: string,
    stored: StoredObject,
    { context, signal }: JobRun,
  ): Promise<UploadAnswer> {
    const upload = {
      recordingId,
      stored,
      owner: intake.ownerId,
      fileName: intake.fileName ?? 'recording',
      // Where nobody has said it: asked at once, and a note asks for nothing else.
      scenario: caption.scenario ?? settings.scenario ?? ('note' as const),
      language: settings.speechLanguage,
      channels: null,
      details: { ...caption.details },
      reports: REPORTS,
    };
    const limits = { maxSeconds: this.settings.maxAudioSeconds };
    return this.commands.execute(new AcceptUpload(upload, limits, requestOf(intake, context), { signal }));
  }

  private async store(
    { file }: IntakeState,
    recordingId: string,
    signal: AbortSignal,
  ): Promise<StoredObject> {
    if (!this.files || !file) {
      throw new ProviderFailure('unavailable', 'No bot is configured here', { provider: 'telegram' });
    }
    // Of this run alone: another one, whose lease was lost, may still be at it. What a crash leaves the sweeper removes.
    const key = adoptedKey(recordingId, randomUUID());
    const stored = await this.storage.put(key, await this.files.open(file.fileId, signal), signal);
    if (stored.sizeBytes > 0) return stored;
    await this.storage.delete(key);
    throw new UnusableAudio('too_short', 'The file holds no bytes');
  }

  private stored(
    { chat, intake, caption }: Sent,
    { recordingId, duplicate }: { recordingId: string; duplicate: boolean },
    { context }: JobRun,
  ): Promise<void> {
    const asked = askedAfter(chat, caption, duplicate);
    return this.intakes.stored(chat.chatId, intake, { recordingId, duplicate, ...asked }, context);
  }
}
