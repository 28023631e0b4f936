import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { Authority, Role } from '@voxpersona/domain';
import { Position } from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { CommandRefused } from '../commands/command-refused';
import { RequestContext } from '../commands/request-context';
import { formatInvitation, formatTelegramInvitation, makeInvitationSecret } from './secrets';
import { Workspaces } from './workspaces';

export interface IssuedInvitation {
  invitationId: string;
  /** What lets in, see `formatInvitation`: shown once and kept nowhere. */
  token: string;
  /** The same for the bot: what it is started with. */
  telegramPayload: string | null;
  expiresAt: string;
  position: Position;
}

/** Makes an invitation for one person. Rejects with `CommandRefused`. */
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
  constructor(private readonly workspaces: Workspaces) {}

  async execute({ ownerId, by, role, validSeconds, request }: InviteMember): Promise<IssuedInvitation> {
    const invitationId = randomUUID();
    const { secret, secretSha256 } = makeInvitationSecret();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + validSeconds * 1_000).toISOString();
    const { position, state } = await this.workspaces.ask(
      ownerId,
      {
        type: 'InviteMember',
        ...{ by, invitationId, role, secretSha256, expiresAt, now: now.toISOString() },
      },
      request,
    );
    if (!Object.hasOwn(state.invitations, invitationId)) {
      const message =
        'This was done already, but its answer is lost. Take that invitation back, and make another.';
      throw new CommandRefused({ code: 'answer_lost', message });
    }
    return {
      invitationId,
      token: formatInvitation({ ownerId, invitationId, secret }),
      telegramPayload: formatTelegramInvitation({ invitationId, secret }) ?? null,
      expiresAt,
      position,
    };
  }
}
