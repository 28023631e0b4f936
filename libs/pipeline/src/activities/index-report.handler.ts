import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { isErased } from '@voxpersona/domain';
import { cutReportPassages } from '../passages/passages';
import { PassageIndexer } from './passage-indexer';
import { IndexReport } from './job-command';
import { eventsOfType, RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Cuts a finished report into passages and embeds them. */
@CommandHandler(IndexReport)
export class IndexReportHandler implements ICommandHandler<IndexReport> {
  constructor(
    private readonly events: RecordedEvents,
    private readonly indexer: PassageIndexer,
    private readonly results: ResultReporter,
  ) {}

  async execute({ job, run }: IndexReport): Promise<void> {
    const { recordingId, reportId, again = false } = job;
    const events = await this.events.read('report', reportId);
    const language = eventsOfType(events, 'ReportRequested')[0]?.data.language ?? null;
    const source = { kind: 'report' as const, reportId };
    const before = eventsOfType(events, 'PassagesEmbedded')[0]?.data.passages;
    if (isErased(before)) return;
    // One that was never found yet comes into the search when it is complete.
    if (again && !before) return;
    if (before) {
      const embedded = await this.indexer.embedAgain(recordingId, source, language, before, run.signal);
      await this.results.toReport(reportId, { type: 'RecordReportPassages', embedded, again }, run.context);
      return;
    }
    const texts: string[] = [];
    for (const { data } of eventsOfType(events, 'ReportPartWritten')) {
      if (isErased(data.text)) return;
      texts.push(data.text);
    }
    const cut = cutReportPassages(texts.join('\n\n'));
    const embedded = await this.indexer.embed(recordingId, source, language, cut, run.signal);
    await this.results.toReport(reportId, { type: 'RecordReportPassages', embedded }, run.context);
  }
}
