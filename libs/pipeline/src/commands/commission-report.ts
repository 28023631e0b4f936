import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, recordingDecider, reportIdOf } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';

export interface CommissionedReportAnswer {
  reportId: string;
  position: Position;
  /** It was there already, or is being written. */
  existing: boolean;
}

/**
 * Has a report written on the current transcript. Whether the catalogue has such a type, the caller has looked up. Rejects
 * with `CommandRefused`.
 */
export class CommissionReport extends Command<CommissionedReportAnswer> {
  constructor(
    readonly recordingId: string,
    readonly reportType: string,
    /** ISO 639-1; null: the transcript's own. */
    readonly language: string | null,
    /** Beside the one that is there, by the model and the prompts of now. */
    readonly again: boolean,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(CommissionReport)
export class CommissionReportHandler implements ICommandHandler<CommissionReport> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute(command: CommissionReport): Promise<CommissionedReportAnswer> {
    const { recordingId, reportType, language, again, request } = command;
    const answer = await this.actors.ask(
      recordingDecider,
      recordingId,
      { type: 'CommissionReport', reportType, language, again },
      commandContext(request, 'commission', recordingId, reportType, language ?? ''),
    );
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    const { state, position } = answer;
    if (state.phase !== 'present') throw new Error('A report was commissioned of what is not there');
    const existing = answer.events.length === 0;
    const { currentVersion: transcriptVersion, transcriptLanguage: ownLanguage, commissions } = state;
    const inLanguage = language ?? ownLanguage;
    const wanted = { reportType, transcriptVersion, language: inLanguage, ownLanguage };
    // Written again: the newest one of its kind, also where the same request comes a second time.
    const newest = commissions.findLast(
      (one) =>
        one.reportType === reportType &&
        one.transcriptVersion === transcriptVersion &&
        one.language === inLanguage,
    );
    const reportId = again && newest ? newest.reportId : reportIdOf(recordingId, wanted);
    return { reportId, position, existing };
  }
}
