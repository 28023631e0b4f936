import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { Role } from '@voxpersona/domain';
import { randomUUID } from 'node:crypto';
import { CommandRefused } from '../commands/command-refused';
import { IssuedApiKey, issued, makeApiKey } from './issue-api-key';
import { hashSecret, parseInvitation } from './secrets';
import { Workspaces } from './workspaces';

export interface NewMember extends IssuedApiKey {
  ownerId: string;
  memberId: string;
  role: Role;
  workspaceName: string;
}

/** Makes whoever shows an invitation a member, with a first API key. Rejects with `CommandRefused`. */
export class AcceptInvitation extends Command<NewMember> {
  constructor(
    readonly token: string,
    /** How the others will know the new member. Personal: it is sealed. */
    readonly name: string,
    readonly requestId: string,
  ) {
    super();
  }
}

@CommandHandler(AcceptInvitation)
export class AcceptInvitationHandler implements ICommandHandler<AcceptInvitation> {
  constructor(private readonly workspaces: Workspaces) {}

  async execute({ token, name, requestId }: AcceptInvitation): Promise<NewMember> {
    const parts = parseInvitation(token);
    if (!parts) throw notFound();
    const { ownerId, invitationId, secret } = parts;
    const memberId = randomUUID();
    const made = makeApiKey({ label: 'first key', scopes: null, expiresAt: null });
    const now = new Date().toISOString();
    const answer = await this.workspaces
      .ask(
        ownerId,
        {
          type: 'AcceptInvitation',
          ...{ invitationId, secretSha256: hashSecret(secret), now, memberId, name, key: made.recorded },
        },
        { requestId, actor: { kind: 'invitation', id: invitationId, owner: ownerId } },
      )
      .catch((error: unknown) => {
        // A workspace that is not there is told from a wrong secret by nothing.
        throw error instanceof CommandRefused && error.refusal.code === 'workspace_not_found'
          ? notFound()
          : error;
      });
    const { state } = answer;
    const role = state.members[memberId]?.role ?? 'auditor';
    return { ...issued(made, answer), ownerId, memberId, role, workspaceName: state.name };
  }
}

function notFound(): CommandRefused {
  return new CommandRefused({
    code: 'invitation_not_found',
    message: 'There is no such invitation. Copy the whole link.',
  });
}
