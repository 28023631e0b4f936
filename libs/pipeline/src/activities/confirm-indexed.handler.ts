import { Inject } from '@nestjs/common';
import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, embedderName } from '@voxpersona/domain';
import { Position, Recorded, START } from '@voxpersona/event-store';
import { aborted } from '@voxpersona/platform';
import { VectorStore } from '@voxpersona/vector-store';
import { JobOf } from '../jobs/job';
import { NotYet } from '../jobs/not-yet';
import { SEARCHED_READ_MODELS } from '../tokens';
import { PostgresVectorRepairs } from '../vector-repairs/vector-repairs';
import { CurrentSources } from './current-sources';
import { ConfirmIndexed } from './job-command';
import { eventsOfType, RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Port: the read models that are searched by words. */
export interface SearchedReadModels {
  /** Waits until they have applied the log up to `position`; false when it took longer than `patienceMs`. */
  waitFor(position: Position, patienceMs: number): Promise<boolean>;
}

/** A run waits so long, woken as soon as the read models move; then others have its place for a moment. */
const PATIENCE_MS = 5_000;
const AGAIN_MS = 1_000;
const REPAIR_MS = 10_000;

/** Says that passages can be found by words and by vectors, once they can. */
@CommandHandler(ConfirmIndexed)
export class ConfirmIndexedHandler implements ICommandHandler<ConfirmIndexed> {
  constructor(
    private readonly sources: CurrentSources,
    private readonly events: RecordedEvents,
    private readonly vectors: VectorStore,
    private readonly repairs: PostgresVectorRepairs,
    private readonly results: ResultReporter,
    @Inject(SEARCHED_READ_MODELS) private readonly readModels: SearchedReadModels,
  ) {}

  async execute({ job, run }: ConfirmIndexed): Promise<void> {
    const { recordingId, source, embedding } = job;
    if (!(await this.sources.isCurrent(recordingId, source))) return;
    const event = await this.find(job);
    if (!event) return;
    await this.waitForWords(event.position, run.signal);
    await this.waitForVectors(event);
    const command = { type: 'RecordIndexed' as const, embedding };
    if (source.kind === 'report') await this.results.toReport(source.reportId, command, run.context);
    else await this.results.toRecording(recordingId, command, run.context);
  }

  private async waitForWords(position: Position, signal: AbortSignal): Promise<void> {
    const isServed = await Promise.race([
      this.readModels.waitFor(position, PATIENCE_MS),
      aborted(signal).then(() => false),
    ]);
    if (!isServed) throw new NotYet(`The read models have not applied ${position} yet`, AGAIN_MS);
  }

  private async waitForVectors({ id: eventId, position, data, metadata }: PassagesEmbedded): Promise<void> {
    const { recordingId, source, passageIds } = data;
    const embedder = embedderName(data.embedder);
    const { missing } = await this.vectors.find(recordingId, embedder, passageIds);
    if (missing.length === 0) return;
    const { $correlationId: correlationId, actor } = metadata;
    const lost = { eventId, position, recordingId, source, passageIds: missing, correlationId };
    await this.repairs.settle(embedder, START, [{ ...lost, workspaceId: actor.owner }]);
    throw new NotYet(`${missing.length} vectors are missing from the store`, REPAIR_MS);
  }

  private async find({
    recordingId,
    source,
    embedding,
  }: JobOf<'ConfirmIndexed'>): Promise<PassagesEmbedded | undefined> {
    const events =
      source.kind === 'report'
        ? await this.events.read('report', source.reportId)
        : await this.events.read('recording', recordingId);
    return eventsOfType(events, 'PassagesEmbedded').find(({ data }) => data.embedding === embedding);
  }
}

type PassagesEmbedded = Extract<Recorded<DomainEvent>, { type: 'PassagesEmbedded' }>;
