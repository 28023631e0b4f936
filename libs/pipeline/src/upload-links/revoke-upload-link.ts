import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, Role, uploadLinkDecider } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { CommandRefused } from '../commands/command-refused';
import { commandContext, RequestContext } from '../commands/request-context';

/** Takes back an upload link that was not used yet. Rejects with `CommandRefused`. */
export class RevokeUploadLink extends Command<{ position: Position }> {
  constructor(
    readonly linkId: string,
    readonly by: { owner: string; memberId: string; role: Role },
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(RevokeUploadLink)
export class RevokeUploadLinkHandler implements ICommandHandler<RevokeUploadLink> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute({ linkId, by, request }: RevokeUploadLink): Promise<{ position: Position }> {
    const context = commandContext(request, 'revoke-upload-link', linkId);
    const command = { type: 'RevokeUploadLink' as const, by };
    const answer = await this.actors.ask(uploadLinkDecider, linkId, command, context);
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    return { position: answer.position };
  }
}
