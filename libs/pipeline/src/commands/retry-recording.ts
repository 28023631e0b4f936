import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, recordingDecider, reportDecider, reportIdsOf } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { commandContext, RequestContext } from './request-context';
import { Originals } from '../originals';
import { CommandRefused } from './command-refused';

/**
 * Retries everything that failed or was cancelled in a recording, its listening copy and its reports. Rejects with `CommandRefused`,
 * and with `OriginalMissing` where that would need audio that is not there.
 */
export class RetryRecording extends Command<{ position: Position }> {
  constructor(
    readonly recordingId: string,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(RetryRecording)
export class RetryRecordingHandler implements ICommandHandler<RetryRecording> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly originals: Originals,
  ) {}

  async execute({ recordingId, request }: RetryRecording): Promise<{ position: Position }> {
    await this.checkOriginal(recordingId);
    const context = commandContext(request, 'retry', recordingId);
    const answer = await this.actors.ask(recordingDecider, recordingId, { type: 'RequestRetry' }, context);
    if (answer.kind === 'refused' && answer.refusal.code !== 'nothing_to_retry') {
      throw new CommandRefused(answer.refusal);
    }
    const reports =
      answer.state.phase === 'present' ? await this.retryReports(reportIdsOf(answer.state), request) : [];
    const positions = answer.kind === 'accepted' ? [answer.position, ...reports] : reports;
    const last = positions.sort((a, b) => (a < b ? -1 : 1)).at(-1);
    if (last === undefined) {
      throw new CommandRefused({
        code: 'nothing_to_retry',
        message: 'Nothing of this recording has failed.',
      });
    }
    return { position: last };
  }

  /** What has not been split yet needs its original: without it a retry would only fail again. */
  private async checkOriginal(recordingId: string): Promise<void> {
    const { state } = await this.actors.read(recordingDecider, recordingId);
    if (state.phase === 'present' && state.chunks.length === 0) await this.originals.assertPresent(state);
  }

  /** Positions of the reports that had something to go on with. */
  private async retryReports(reportIds: readonly string[], request: RequestContext): Promise<Position[]> {
    const positions: Position[] = [];
    for (const reportId of reportIds) {
      const context = commandContext(request, 'retry', reportId);
      const answer = await this.actors.ask(reportDecider, reportId, { type: 'RequestReportRetry' }, context);
      if (answer.kind === 'accepted') positions.push(answer.position);
    }
    return positions;
  }
}
