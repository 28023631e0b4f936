import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, recordingDecider, Scenario } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { checkedDetails } from './checked-details';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';

export interface ProvidedDetails {
  position: Position;
  /** As they are now. */
  scenario: Scenario;
  details: Readonly<Record<string, string>>;
  detailsVersion: number;
}

/** Changes what is said of a recording; null removes a detail. Rejects with `DetailsRefused` and `CommandRefused`. */
export class ProvideDetails extends Command<ProvidedDetails> {
  constructor(
    readonly recordingId: string,
    readonly changes: Readonly<Record<string, string | null>>,
    /** `detailsVersion` that the change stands on; null: whatever it is. */
    readonly expectedVersion: number | null,
    readonly request: RequestContext,
    /** What the recording is to be; left out: as it is. */
    readonly scenario?: Scenario,
  ) {
    super();
  }
}

@CommandHandler(ProvideDetails)
export class ProvideDetailsHandler implements ICommandHandler<ProvideDetails> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute(given: ProvideDetails): Promise<ProvidedDetails> {
    const { recordingId, scenario, expectedVersion, request } = given;
    const changes = checkedDetails(given.changes);
    const command = { type: 'ProvideDetails' as const, changes, scenario, expectedVersion };
    const context = commandContext(request, 'details', recordingId);
    const answer = await this.actors.ask(recordingDecider, recordingId, command, context);
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    const { state, position } = answer;
    if (state.phase !== 'present') throw new Error('Details were provided to what is not there');
    const { details, detailsVersion } = state;
    return { position, scenario: state.scenario, details, detailsVersion };
  }
}
