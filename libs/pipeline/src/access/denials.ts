import { Injectable } from '@nestjs/common';
import { denialDecider, DenialEvent, denialsId, DomainEvent } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { commandContext, RequestContext } from '../commands/request-context';

/** Writes refusals for lack of rights into the log. */
@Injectable()
export class Denials {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async record(denial: DenialEvent['data'], request: RequestContext): Promise<void> {
    await this.actors.ask(
      denialDecider,
      denialsId(denial.ownerId, denial.deniedAt),
      { type: 'RecordDenial', denial },
      commandContext(request, 'denial'),
    );
  }
}
