import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, isErased, PassageSource, recordingDecider, reportDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { ReembedPassages } from './job-command';
import { PassageIndexer } from './passage-indexer';
import { eventsOfType, RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Embeds passages again, by the embedder that was chosen after they had been cut. */
@CommandHandler(ReembedPassages)
export class ReembedPassagesHandler implements ICommandHandler<ReembedPassages> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly events: RecordedEvents,
    private readonly indexer: PassageIndexer,
    private readonly results: ResultReporter,
  ) {}

  async execute({ job, run }: ReembedPassages): Promise<void> {
    const { recordingId, source, embedder } = job;
    // Yet another embedder was chosen meanwhile: its own saga asks for what it needs.
    if (embedder !== this.indexer.embedderName) return;
    if (!(await this.isWanted(recordingId, source, embedder))) return;
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

  /** False for what is overtaken, erased, or embedded already: embedding it would be for nothing. */
  private async isWanted(recordingId: string, source: PassageSource, embedder: string): Promise<boolean> {
    const { state: recording } = await this.actors.read(recordingDecider, recordingId);
    if (recording.phase !== 'present') return false;
    if (source.kind === 'transcript') {
      const { currentVersion, indexedBy } = recording;
      return source.transcriptVersion === currentVersion && !indexedBy.includes(embedder);
    }
    const { state: report } = await this.actors.read(reportDecider, source.reportId);
    if (report.phase !== 'present' || report.rejected || report.indexedBy.includes(embedder)) return false;
    return report.transcriptVersion === recording.currentVersion;
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
