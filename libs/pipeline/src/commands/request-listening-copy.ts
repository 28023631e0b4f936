import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, ListeningCopyState, recordingDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { Originals } from '../originals';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';

/**
 * Has the listening copy made of a recording that has none. Asking again changes nothing. Rejects with `CommandRefused`, and
 * with `OriginalMissing` where there is nothing to make it from.
 *
 * @returns what became of the copy
 */
export class RequestListeningCopy extends Command<ListeningCopyState> {
  constructor(
    readonly recordingId: string,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(RequestListeningCopy)
export class RequestListeningCopyHandler implements ICommandHandler<RequestListeningCopy> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly originals: Originals,
  ) {}

  async execute({ recordingId, request }: RequestListeningCopy): Promise<ListeningCopyState> {
    const { state } = await this.actors.read(recordingDecider, recordingId);
    if (state.phase === 'present' && state.listeningCopy.status === 'none') {
      await this.originals.assertPresent(state);
    }
    const answer = await this.actors.ask(
      recordingDecider,
      recordingId,
      { type: 'RequestListeningCopy', lostObjectKey: null },
      commandContext(request, 'listening-copy', recordingId),
    );
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    return answer.state.phase === 'present' ? answer.state.listeningCopy : { status: 'none' };
  }
}
