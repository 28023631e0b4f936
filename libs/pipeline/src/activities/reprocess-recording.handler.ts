import { Inject } from '@nestjs/common';
import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  correlationOf,
  deriveId,
  DomainEvent,
  recordingDecider,
  reprocessingDecider,
} from '@voxpersona/domain';
import { Actors, CommandContext } from '@voxpersona/event-store';
import { Catalogue } from '../catalogue/catalogue';
import { CATALOGUE } from '../tokens';
import { ReprocessRecording } from './job-command';
import { ResultReporter } from './result-reporter';

/** Asks a recording for another transcript or report on behalf of a batch. That it refuses is an outcome like others. */
@CommandHandler(ReprocessRecording)
export class ReprocessRecordingHandler implements ICommandHandler<ReprocessRecording> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly results: ResultReporter,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
  ) {}

  async execute({ job, run }: ReprocessRecording): Promise<void> {
    const { recordingId, reprocessingId } = job;
    const context = { ...run.context, correlationId: correlationOf(reprocessingId) };
    const code = await this.ask(job, context);
    if (code === null) return;
    const refused = { type: 'RecordItemFailure' as const, recordingId, code, costUsd: 0 };
    await this.results.send(reprocessingDecider, reprocessingId, refused, {
      ...context,
      commandId: deriveId('reprocessing-refused', run.context.commandId),
    });
  }

  /** Why it was refused; null: it is under way. */
  private async ask(
    { recordingId, work }: ReprocessRecording['job'],
    context: CommandContext,
  ): Promise<string | null> {
    const { language } = work;
    if (work.kind === 'retranscribe') {
      const command = { type: 'RequestRetranscription' as const, language };
      const answer = await this.actors.ask(recordingDecider, recordingId, command, context);
      return answer.kind === 'refused' ? answer.refusal.code : null;
    }
    // It was there when the batch began, and was taken out of the catalogue since.
    if (!this.catalogue.has(work.reportType)) return 'unknown_report_type';
    const command = { type: 'CommissionReport' as const, reportType: work.reportType, language, again: true };
    const answer = await this.actors.ask(recordingDecider, recordingId, command, context);
    return answer.kind === 'refused' ? answer.refusal.code : null;
  }
}
