import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, recordingDecider } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';

/**
 * Decides that a recording and all that stands on it goes; a job then destroys its key and deletes its data. Erasing
 * what is erased is fine. Rejects with `CommandRefused`.
 */
export class EraseRecording extends Command<{ position: Position }> {
  constructor(
    readonly recordingId: string,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(EraseRecording)
export class EraseRecordingHandler implements ICommandHandler<EraseRecording> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute({ recordingId, request }: EraseRecording): Promise<{ position: Position }> {
    const context = commandContext(request, 'erase', recordingId);
    const answer = await this.actors.ask(recordingDecider, recordingId, { type: 'EraseRecording' }, context);
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    return { position: answer.position };
  }
}
