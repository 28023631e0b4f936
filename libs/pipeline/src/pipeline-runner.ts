import { Inject, Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DomainEvent, embedderName, Failure } from '@voxpersona/domain';
import {
  CheckpointedRunner,
  CommandContext,
  FollowerStatus,
  Leadership,
  LogReader,
} from '@voxpersona/event-store';
import { aborted, PostgresListener, withPatience } from '@voxpersona/platform';
import { Pool } from 'pg';
import { GivingUp } from './activities/giving-up';
import { jobCommand } from './activities/job-command';
import { failureCommandId, resultCommandId } from './jobs/job-id';
import { JobRecord } from './jobs/job';
import { JobQueue } from './jobs/job-queue';
import { JobRunner } from './jobs/job-runner';
import { ChatFiles } from './providers/chat-files';
import { PIPELINE_SETTINGS, PipelineSettings } from './pipeline-settings';
import { Embedder } from './providers/embeddings';
import { LanguageModel } from './providers/language-model';
import { SpeechToText } from './providers/speech-to-text';
import { recordingSaga } from './sagas/recording.saga';
import { reembeddingSaga } from './sagas/reembedding.saga';
import { reportSaga } from './sagas/report.saga';
import { telegramSaga } from './sagas/telegram.saga';
import { reprocessingSaga } from './sagas/reprocessing.saga';
import { SagaConsumer } from './sagas/saga-consumer';
import { Sealer } from './sealer/sealer';
import { Sweeper } from './sweeper/sweeper';
import { CHAT_FILES, EMBEDDER, LANGUAGE_MODEL, LEADERSHIP, SPEECH_TO_TEXT } from './tokens';

const MAX_DELAY_MS = 5 * 60_000;
/** Sagas, the sweeper and the sealer end within this after what they are at, or are cut off. */
const OTHERS_PATIENCE_MS = 1_000;

/** Runs the sagas, the jobs, the sweeper and the sealer of one process. */
@Injectable()
export class PipelineRunner {
  private readonly log = new Logger('Pipeline');
  private readonly sagas: readonly CheckpointedRunner<DomainEvent>[];
  private isStarted = false;
  private readonly jobs: JobRunner;
  private readonly stopping = new AbortController();
  private inTurns: Promise<unknown> = Promise.resolve();

  constructor(
    reader: LogReader<DomainEvent>,
    pool: Pool,
    queue: JobQueue,
    listener: PostgresListener,
    private readonly commandBus: CommandBus,
    private readonly givingUp: GivingUp,
    @Inject(SPEECH_TO_TEXT) speechToText: SpeechToText,
    @Inject(LANGUAGE_MODEL) languageModel: LanguageModel,
    @Inject(EMBEDDER) embedder: Embedder,
    @Inject(PIPELINE_SETTINGS) private readonly settings: PipelineSettings,
    private readonly sweeper: Sweeper,
    private readonly sealer: Sealer,
    @Inject(LEADERSHIP) private readonly leadership: Leadership,
    @Inject(CHAT_FILES) chatFiles: ChatFiles | undefined,
  ) {
    const reembedding = reembeddingSaga(embedderName(embedder.identity));
    const sagas = [recordingSaga, reportSaga, reprocessingSaga, telegramSaga, reembedding];
    this.sagas = sagas.map(
      (saga) => new CheckpointedRunner(reader, pool, new SagaConsumer(saga, queue), leadership, this.log),
    );
    this.jobs = new JobRunner(
      queue,
      listener,
      (record, signal) => this.run(record, signal),
      (record, failure, attempts) => this.giveUp(record, { ...failure, attempts }),
      {
        places: {
          media: 1,
          'listening-copy': 1,
          'speech-to-text': speechToText.concurrency,
          'language-model': languageModel.concurrency,
          indexing: 4,
          reembedding: 1,
          'vector-repair': 1,
          // Where no bot is configured its files cannot be fetched: another process may.
          chat: chatFiles?.concurrency ?? 0,
          reprocessing: 2,
          housekeeping: 4,
        },
        policy: {
          maxAttempts: settings.maxAttempts,
          baseDelayMs: settings.baseDelayMs,
          maxDelayMs: MAX_DELAY_MS,
        },
        log: this.log,
      },
    );
  }

  /** Of the sagas that this process runs, or stands by to run. */
  get statuses(): { name: string; status: FollowerStatus }[] {
    return this.isStarted ? this.sagas.map(({ name, status }) => ({ name, status })) : [];
  }

  start(): void {
    this.isStarted = true;
    for (const saga of this.sagas) saga.start();
    this.jobs.start();
    this.inTurns = Promise.all([
      this.runInTurn('sweeper', this.sweeper),
      this.runInTurn('sealer', this.sealer),
    ]);
  }

  /** Hands unfinished jobs back to the queue. Everything else begins again where it stood, and is not waited for. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const others = Promise.all([...this.sagas.map((saga) => saga.stop()), this.inTurns]);
    await Promise.all([
      this.jobs.stop(this.settings.shutdownGraceMs),
      withPatience(others, OTHERS_PATIENCE_MS),
    ]);
  }

  /** What one process does at a time, of all: two would only be in each other's way. */
  private async runInTurn(name: string, runner: { start(): void; stop(): Promise<void> }): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      const turn = await this.leadership.lead(name, 1, signal);
      if (!turn) return;
      runner.start();
      await aborted(AbortSignal.any([signal, turn.lost]));
      await runner.stop();
      await turn.end();
    }
  }

  private async run(record: JobRecord, signal: AbortSignal): Promise<void> {
    const context = contextOf(record, resultCommandId(record.id));
    await this.commandBus.execute(jobCommand(record.job.type, record.job, { signal, context }));
  }

  private async giveUp(record: JobRecord, failure: Failure): Promise<void> {
    const context = contextOf(record, failureCommandId(record.id, failure.attempts));
    await this.givingUp.record(record.job, failure, context);
  }
}

function contextOf(record: JobRecord, commandId: string): CommandContext {
  return {
    commandId,
    correlationId: record.correlationId,
    causationId: record.causationId,
    actor: { kind: 'saga', id: record.saga, owner: record.owner },
  };
}
