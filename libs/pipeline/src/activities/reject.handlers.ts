import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { RejectReport, RejectTranscript } from './job-command';
import { ResultReporter } from './result-reporter';

/** Has the transcript of before be the current one again. */
@CommandHandler(RejectTranscript)
export class RejectTranscriptHandler implements ICommandHandler<RejectTranscript> {
  constructor(private readonly results: ResultReporter) {}

  async execute({ job, run }: RejectTranscript): Promise<void> {
    const { recordingId, transcriptVersion } = job;
    await this.results.toRecording(recordingId, { type: 'RejectTranscript', transcriptVersion }, run.context);
  }
}

/** Takes a report out of use and out of the search. */
@CommandHandler(RejectReport)
export class RejectReportHandler implements ICommandHandler<RejectReport> {
  constructor(private readonly results: ResultReporter) {}

  async execute({ job, run }: RejectReport): Promise<void> {
    const { reportId, recordingId } = job;
    await this.results.toReport(reportId, { type: 'RejectReport', reportId, recordingId }, run.context);
  }
}
