import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, recordingDecider } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';

export interface ProvidedDetails {
  position: Position;
  /** As they are now. */
  details: Readonly<Record<string, string>>;
  detailsVersion: number;
}

/** Changes what is said of a recording; null removes a detail. Rejects with `CommandRefused`. */
export class ProvideDetails extends Command<ProvidedDetails> {
  constructor(
    readonly recordingId: string,
    readonly changes: Readonly<Record<string, string | null>>,
    /** `detailsVersion` that the change stands on; null: whatever it is. */
    readonly expectedVersion: number | null,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(ProvideDetails)
export class ProvideDetailsHandler implements ICommandHandler<ProvideDetails> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute({
    recordingId,
    changes,
    expectedVersion,
    request,
  }: ProvideDetails): Promise<ProvidedDetails> {
    const command = { type: 'ProvideDetails' as const, changes, expectedVersion };
    const context = commandContext(request, 'details', recordingId);
    const answer = await this.actors.ask(recordingDecider, recordingId, command, context);
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    const { state, position } = answer;
    if (state.phase !== 'present') throw new Error('Details were provided to what is not there');
    return { position, details: state.details, detailsVersion: state.detailsVersion };
  }
}
