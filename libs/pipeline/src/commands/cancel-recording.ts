import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, recordingDecider, reportDecider, reportIdsOf } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';

/** Stops what is under way of a recording and of its reports. Rejects with `CommandRefused`. */
export class CancelRecording extends Command<{ position: Position }> {
  constructor(
    readonly recordingId: string,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(CancelRecording)
export class CancelRecordingHandler implements ICommandHandler<CancelRecording> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute({ recordingId, request }: CancelRecording): Promise<{ position: Position }> {
    const context = commandContext(request, 'cancel', recordingId);
    const command = { type: 'CancelProcessing' as const };
    const answer = await this.actors.ask(recordingDecider, recordingId, command, context);
    // Of these reports the saga takes care.
    if (answer.kind === 'accepted') return { position: answer.position };
    if (answer.refusal.code !== 'nothing_to_cancel' || answer.state.phase !== 'present') {
      throw new CommandRefused(answer.refusal);
    }
    const cancelled = await this.cancelReports(reportIdsOf(answer.state), request);
    const last = cancelled.sort((a, b) => (a < b ? -1 : 1)).at(-1);
    if (last === undefined) throw new CommandRefused(answer.refusal);
    return { position: last };
  }

  /** Positions of the reports that were being written. */
  private async cancelReports(reportIds: readonly string[], request: RequestContext): Promise<Position[]> {
    const positions: Position[] = [];
    for (const reportId of reportIds) {
      const context = commandContext(request, 'cancel', reportId);
      const answer = await this.actors.ask(reportDecider, reportId, { type: 'CancelReport' }, context);
      if (answer.kind === 'accepted' && answer.events.length > 0) positions.push(answer.position);
    }
    return positions;
  }
}
