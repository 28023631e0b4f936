import { Inject } from '@nestjs/common';
import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { Catalogue } from '../catalogue/catalogue';
import { CATALOGUE } from '../tokens';
import { StartReport } from './job-command';
import { ResultReporter } from './result-reporter';

/** Begins a report's own stream, with the parts and prompt versions that its type has today. */
@CommandHandler(StartReport)
export class StartReportHandler implements ICommandHandler<StartReport> {
  constructor(
    private readonly results: ResultReporter,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
  ) {}

  async execute({ job, run }: StartReport): Promise<void> {
    const type = this.catalogue.get(job.reportType);
    // Types are checked when they are asked for: this one was taken out of the catalogue since.
    if (!type) throw new Error(`There is no report type ${job.reportType} in the catalogue`);
    const { recordingId, reportId, owner, reportType, transcriptVersion, language } = job;
    const parts = type.parts.map(({ id, promptVersion }) => ({ part: id, promptVersion }));
    const request = { recordingId, reportId, owner, reportType, transcriptVersion, language, parts };
    await this.results.toReport(reportId, { type: 'RequestReport', request }, run.context);
  }
}
