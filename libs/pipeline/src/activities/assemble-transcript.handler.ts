import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { assembleTranscript } from './assemble-transcript';
import { AssembleTranscript } from './job-command';
import { RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Lays what was heard in all chunks on one time line. */
@CommandHandler(AssembleTranscript)
export class AssembleTranscriptHandler implements ICommandHandler<AssembleTranscript> {
  constructor(
    private readonly events: RecordedEvents,
    private readonly results: ResultReporter,
  ) {}

  async execute({ job, run }: AssembleTranscript): Promise<void> {
    const { recordingId, transcriptVersion } = job;
    const assembled = assembleTranscript(await this.events.read('recording', recordingId), transcriptVersion);
    if (!assembled) return;
    const command = { type: 'RecordTranscript' as const, transcriptVersion, ...assembled };
    await this.results.toRecording(recordingId, command, run.context);
  }
}
