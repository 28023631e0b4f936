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
 * Has a report written on the newest transcript. Whether the catalogue has such a type, the caller has looked up. Rejects
 * with `CommandRefused`.
 */
export class CommissionReport extends Command<CommissionedReportAnswer> {
  constructor(
    readonly recordingId: string,
    readonly reportType: string,
    /** ISO 639-1; null: the transcript's own. */
    readonly language: string | null,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(CommissionReport)
export class CommissionReportHandler implements ICommandHandler<CommissionReport> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute(command: CommissionReport): Promise<CommissionedReportAnswer> {
    const { recordingId, reportType, language, request } = command;
    const answer = await this.actors.ask(
      recordingDecider,
      recordingId,
      { type: 'CommissionReport', reportType, language },
      commandContext(request, 'commission', recordingId, reportType, language ?? ''),
    );
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    const { state, position } = answer;
    if (state.phase !== 'present') throw new Error('A report was commissioned of what is not there');
    const { assembledVersion: transcriptVersion, transcriptLanguage: ownLanguage } = state;
    const wanted = { reportType, transcriptVersion, language: language ?? ownLanguage, ownLanguage };
    return { reportId: reportIdOf(recordingId, wanted), position, existing: answer.events.length === 0 };
  }
}
