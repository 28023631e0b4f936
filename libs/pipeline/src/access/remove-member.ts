import { Inject } from '@nestjs/common';
import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { Authority } from '@voxpersona/domain';
import { KeyRing, Position } from '@voxpersona/event-store';
import { RequestContext } from '../commands/request-context';
import { KEY_RING } from '../tokens';
import { Workspaces } from './workspaces';

/**
 * Takes a member out of a workspace for good. Their name stays in the trail, unless it is to be erased: then its key
 * goes, and nobody reads it any more. Rejects with `CommandRefused`.
 */
export class RemoveMember extends Command<{ position: Position }> {
  constructor(
    readonly ownerId: string,
    readonly by: Authority,
    readonly memberId: string,
    readonly eraseName: boolean,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(RemoveMember)
export class RemoveMemberHandler implements ICommandHandler<RemoveMember> {
  constructor(
    private readonly workspaces: Workspaces,
    @Inject(KEY_RING) private readonly keys: KeyRing,
  ) {}

  async execute({
    ownerId,
    by,
    memberId,
    eraseName,
    request,
  }: RemoveMember): Promise<{ position: Position }> {
    const command = { type: 'RemoveMember' as const, by, memberId, eraseName };
    const { position } = await this.workspaces.ask(ownerId, command, request);
    // After the event, and again when the command comes again: a crash in between leaves nothing undone.
    if (eraseName) await this.keys.destroy(memberId);
    return { position };
  }
}
