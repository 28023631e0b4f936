import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { CancelReport } from './job-command';
import { ResultReporter } from './result-reporter';

/** Of a report that has begun; the beginning of others is called off. */
@CommandHandler(CancelReport)
export class CancelReportHandler implements ICommandHandler<CancelReport> {
  constructor(private readonly results: ResultReporter) {}

  async execute({ job, run }: CancelReport): Promise<void> {
    await this.results.toReport(job.reportId, { type: 'CancelReport' }, run.context);
  }
}
