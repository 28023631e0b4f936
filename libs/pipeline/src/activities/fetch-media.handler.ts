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
import { Actor, Actors } from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { AcceptUpload } from '../commands/accept-upload';
import { PIPELINE_SETTINGS, PipelineSettings } from '../pipeline-settings';
import { ChatFiles } from '../providers/chat-files';
import { UnusableAudio } from '../providers/media';
import { ObjectStorage, StoredObject } from '../providers/object-storage';
import { ProviderFailure } from '../providers/provider-failure';
import { CHAT_FILES, OBJECT_STORAGE } from '../tokens';
import { askedAfter, captionOf } from './chat-caption';
import { FetchMedia, JobRun } from './job-command';
import { adoptedKey } from './object-keys';
import { ResultReporter } from './result-reporter';

/** Report types that a recording from a chat gets by itself, as one by REST does. */
const REPORTS = ['summary'];

/** Fetches a file that was sent in a chat, and makes it a recording with what its caption says. */
@CommandHandler(FetchMedia)
export class FetchMediaHandler implements ICommandHandler<FetchMedia> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly commands: CommandBus,
    private readonly results: ResultReporter,
    @Inject(CHAT_FILES) private readonly files: ChatFiles | undefined,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(PIPELINE_SETTINGS) private readonly settings: PipelineSettings,
  ) {}

  async execute({ job, run }: FetchMedia): Promise<void> {
    const { chatId, intakeId } = job;
    const { state: chat } = await this.actors.read(chatDecider, chatId);
    const intake = chat.phase === 'open' ? chat.intakes[intakeId] : undefined;
    if (chat.phase !== 'open' || intake?.status !== 'received') return;
    const caption = captionOf(chat, intake);
    try {
      const { recordingId, duplicate } = await this.accept(chat, intake, caption, run);
      await this.stored(chat, intake, { recordingId, duplicate, caption }, run);
    } catch (error) {
      if (!(error instanceof UnusableAudio)) throw error;
      const failure = { code: error.code, provider: null, requestId: null, attempts: 1 };
      await this.toChat(chatId, { type: 'RecordNotStored', intakeId, failure }, run);
    }
  }

  private async accept(
    chat: OpenChat,
    intake: IntakeState,
    caption: ParsedCaption,
    { signal, context }: JobRun,
  ): Promise<{ recordingId: string; duplicate: boolean }> {
    const recordingId = recordingIdOfIntake(intake.intakeId);
    const { state } = await this.actors.read(recordingDecider, recordingId);
    // A run before this one came so far.
    if (state.phase !== 'absent') return { recordingId, duplicate: false };
    const stored = await this.store(intake, recordingId, signal);
    const { settings } = chat;
    const { accountId, memberId, ownerId } = intake;
    const actor: Actor = { kind: 'telegram', id: accountId, owner: ownerId, member: memberId };
    const upload = {
      recordingId,
      stored,
      owner: ownerId,
      fileName: intake.fileName ?? 'recording',
      // Where nobody has said it: asked at once, and a note asks for nothing else.
      scenario: caption.scenario ?? settings.scenario ?? ('note' as const),
      language: settings.speechLanguage,
      details: { ...caption.details },
      reports: REPORTS,
    };
    const limits = { maxSeconds: this.settings.maxAudioSeconds };
    const request = { requestId: context.correlationId, actor };
    return this.commands.execute(new AcceptUpload(upload, limits, request));
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

  private async stored(
    chat: OpenChat,
    intake: IntakeState,
    outcome: { recordingId: string; duplicate: boolean; caption: ParsedCaption },
    run: JobRun,
  ): Promise<void> {
    const { intakeId } = intake;
    const { recordingId, duplicate, caption } = outcome;
    const { questions, review } = askedAfter(chat, caption, duplicate);
    await this.toChat(
      chat.chatId,
      { type: 'RecordStored', intakeId, recordingId, duplicate, questions, review },
      run,
    );
  }

  private toChat(
    chatId: string,
    command: Parameters<typeof chatDecider.decide>[1],
    { context }: JobRun,
  ): Promise<void> {
    return this.results.send(chatDecider, chatId, command, context);
  }
}
