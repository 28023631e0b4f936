import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, isErased, PassageSource } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { VectorStore } from '@voxpersona/vector-store';
import { ProviderFailure } from '../providers/provider-failure';
import { PostgresVectorRepairs } from '../vector-repairs/vector-repairs';
import { CurrentSources } from './current-sources';
import { RepairVectors } from './job-command';
import { PassageIndexer } from './passage-indexer';
import { eventsOfType, RecordedEvents } from './recorded-events';

/** Embeds passages again whose vectors are missing from the store. Appends nothing: the event that names them is there. */
@CommandHandler(RepairVectors)
export class RepairVectorsHandler implements ICommandHandler<RepairVectors> {
  constructor(
    private readonly sources: CurrentSources,
    private readonly events: RecordedEvents,
    private readonly vectors: VectorStore,
    private readonly indexer: PassageIndexer,
    private readonly repairs: PostgresVectorRepairs,
  ) {}

  async execute({ job, run }: RepairVectors): Promise<void> {
    const { recordingId, source, embedder, eventId } = job;
    // Of a report the indexes hold what its events say, whatever transcript it stands on.
    if (source.kind === 'report' || (await this.sources.isCurrent(recordingId, source))) {
      const event = await this.find(recordingId, source, eventId);
      if (event) await this.repair(event, embedder, run.signal);
    }
    await this.repairs.finish(embedder, eventId);
  }

  private async repair(
    { data: { recordingId, passageIds, passages } }: PassagesEmbedded,
    embedder: string,
    signal: AbortSignal,
  ): Promise<void> {
    if (isErased(passages)) return;
    const { missing } = await this.vectors.find(recordingId, embedder, passageIds);
    if (missing.length === 0) return;
    if (embedder !== this.indexer.embedderName) {
      throw new ProviderFailure(
        'not_installed',
        `Vectors of the embedder ${embedder} are missing, and ${this.indexer.embedderName} is configured`,
        { provider: 'embeddings' },
      );
    }
    const wanted = new Set(missing);
    const texts = passages.filter(({ id }) => wanted.has(id));
    // Else it would be asked for again and again.
    if (texts.length < missing.length) throw new Error('PassagesEmbedded names passages without a text');
    await this.indexer.storeVectors(recordingId, texts, signal);
  }

  private async find(
    recordingId: string,
    source: PassageSource,
    eventId: string,
  ): Promise<PassagesEmbedded | undefined> {
    const events =
      source.kind === 'report'
        ? await this.events.read('report', source.reportId)
        : await this.events.read('recording', recordingId);
    return eventsOfType(events, 'PassagesEmbedded').find(({ id }) => id === eventId);
  }
}

type PassagesEmbedded = Extract<Recorded<DomainEvent>, { type: 'PassagesEmbedded' }>;
