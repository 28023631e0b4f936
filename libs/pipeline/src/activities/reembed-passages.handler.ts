import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { isErased, PassageSource } from '@voxpersona/domain';
import { CurrentSources } from './current-sources';
import { ReembedPassages } from './job-command';
import { PassageIndexer } from './passage-indexer';
import { eventsOfType, RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Embeds passages again, by the embedder that was chosen after they had been cut. */
@CommandHandler(ReembedPassages)
export class ReembedPassagesHandler implements ICommandHandler<ReembedPassages> {
  constructor(
    private readonly sources: CurrentSources,
    private readonly events: RecordedEvents,
    private readonly indexer: PassageIndexer,
    private readonly results: ResultReporter,
  ) {}

  async execute({ job, run }: ReembedPassages): Promise<void> {
    const { recordingId, source, embedder } = job;
    // Yet another embedder was chosen meanwhile: its own saga asks for what it needs.
    if (embedder !== this.indexer.embedderName) return;
    const embedders = await this.sources.embeddersOf(recordingId, source);
    // Overtaken, or embedded already: embedding it would be for nothing.
    if (!embedders || embedders.includes(embedder)) return;
    const cut = await this.passagesOf(recordingId, source);
    if (!cut || isErased(cut.passages)) return;
    const { language, passages } = cut;
    const embedded = await this.indexer.embedPassages(recordingId, source, language, passages, run.signal);
    if (source.kind === 'report') {
      const command = { type: 'RecordReportPassages' as const, embedded };
      await this.results.toReport(source.reportId, command, run.context);
    } else {
      await this.results.toRecording(recordingId, { type: 'RecordPassages', embedded }, run.context);
    }
  }

  private async passagesOf(recordingId: string, source: PassageSource) {
    const [category, id] =
      source.kind === 'report' ? ['report', source.reportId] : ['recording', recordingId];
    const embedded = eventsOfType(await this.events.read(category, id), 'PassagesEmbedded');
    const version = source.kind === 'transcript' ? source.transcriptVersion : undefined;
    return embedded.find(
      ({ data }) => data.source.kind === 'report' || data.source.transcriptVersion === version,
    )?.data;
  }
}
