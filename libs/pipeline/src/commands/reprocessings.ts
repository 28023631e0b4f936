import { Injectable } from '@nestjs/common';
import { DomainEvent, ReprocessingCommand, reprocessingDecider } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';

/** Sends to batches what people ask of them. */
@Injectable()
export class Reprocessings {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  /** @throws CommandRefused, also for a batch of another workspace */
  async ask(
    reprocessingId: string,
    command: ReprocessingCommand,
    request: RequestContext,
  ): Promise<{ position: Position }> {
    const context = commandContext(request, command.type, reprocessingId);
    const answer = await this.actors.ask(reprocessingDecider, reprocessingId, command, context);
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    return { position: answer.position };
  }
}
