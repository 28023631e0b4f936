import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { Authority, Role } from '@voxpersona/domain';
import { Position } from '@voxpersona/event-store';
import { RequestContext } from '../commands/request-context';
import { answerLost } from './answer-lost';
import { IssuedSecrets } from './issued-secrets';
import { formatInvitation, formatTelegramInvitation } from './secrets';
import { Workspaces } from './workspaces';

export interface IssuedInvitation {
  invitationId: string;
  /** Admits one person, see `formatInvitation`. Only the hash of its secret is stored. */
  token: string;
  /** The same for the bot: what it is started with. */
  telegramPayload: string | null;
  expiresAt: string;
  position: Position;
}

/** Makes an invitation for one person. Repeated, it gives the same invitation again. Rejects with `CommandRefused`. */
export class InviteMember extends Command<IssuedInvitation> {
  constructor(
    readonly ownerId: string,
    readonly by: Authority,
    readonly role: Role,
    readonly validSeconds: number,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(InviteMember)
export class InviteMemberHandler implements ICommandHandler<InviteMember> {
  constructor(
    private readonly workspaces: Workspaces,
    private readonly secrets: IssuedSecrets,
  ) {}

  async execute({ ownerId, by, role, validSeconds, request }: InviteMember): Promise<IssuedInvitation> {
    const type = 'InviteMember';
    const { invitationId, secret, secretSha256 } = this.secrets.invitation(
      this.workspaces.commandIdOf(ownerId, type, request),
    );
    const now = Date.now();
    const { position, state } = await this.workspaces.ask(
      ownerId,
      {
        type,
        by,
        invitationId,
        role,
        secretSha256,
        expiresAt: new Date(now + validSeconds * 1_000).toISOString(),
        now: new Date(now).toISOString(),
      },
      request,
    );
    const recorded = Object.hasOwn(state.invitations, invitationId)
      ? state.invitations[invitationId]
      : undefined;
    if (recorded?.secretSha256 !== secretSha256) {
      throw answerLost('Revoke the invitation that was made, and make another.');
    }
    return {
      invitationId,
      token: formatInvitation({ ownerId, invitationId, secret }),
      telegramPayload: formatTelegramInvitation({ invitationId, secret }) ?? null,
      // Of the first time, when this is a repetition.
      expiresAt: recorded.expiresAt,
      position,
    };
  }
}
