import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  correlationOf,
  deriveId,
  DomainEvent,
  itemOf,
  reprocessingDecider,
  reprocessingOf,
} from '@voxpersona/domain';
import { Actors, Recorded } from '@voxpersona/event-store';
import { outcomeOf, reportAskedFor } from '../reprocessing/outcome';
import { ReviewReprocessed } from './job-command';
import { RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Tells batches what has become of a recording, once that is certain. */
@CommandHandler(ReviewReprocessed)
export class ReviewReprocessedHandler implements ICommandHandler<ReviewReprocessed> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly events: RecordedEvents,
    private readonly results: ResultReporter,
  ) {}

  async execute({ job, run }: ReviewReprocessed): Promise<void> {
    const { recordingId, reprocessingId } = job;
    const events = await this.events.read('recording', recordingId);
    for (const id of reprocessingId === null ? batchesOf(events) : [reprocessingId]) {
      const outcome = await this.find(id, recordingId, events);
      if (!outcome) continue;
      await this.results.send(reprocessingDecider, id, outcome, {
        ...run.context,
        correlationId: correlationOf(id),
        commandId: deriveId('reprocessing-outcome', run.context.commandId, id),
      });
    }
  }

  private async find(
    reprocessingId: string,
    recordingId: string,
    events: readonly Recorded<DomainEvent>[],
  ): Promise<ReturnType<typeof outcomeOf>> {
    const { state } = await this.actors.read(reprocessingDecider, reprocessingId);
    if (state.phase === 'absent' || itemOf(state, recordingId)?.status !== 'started') return null;
    const asked = { reprocessingId, recordingId, work: state.work, events };
    const reportId = reportAskedFor(asked);
    const reportEvents = reportId === null ? [] : await this.events.read('report', reportId);
    return outcomeOf({ ...asked, reportEvents });
  }
}

/** Every batch that asked this recording for something. */
function batchesOf(events: readonly Recorded<DomainEvent>[]): Set<string> {
  const batches = events.map(({ metadata }) => reprocessingOf(metadata.$correlationId));
  return new Set(batches.filter((id) => id !== null));
}
