import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { deriveId, Role, sameDigest } from '@voxpersona/domain';
import { CommandRefused } from '../commands/command-refused';
import { RequestContext } from '../commands/request-context';
import { IssuedApiKey, issuedKey } from './issue-api-key';
import { IssuedSecrets } from './issued-secrets';
import { makeApiKey } from './make-api-key';
import { hashSecret, parseInvitation } from './secrets';
import { Workspaces } from './workspaces';

export interface NewMember extends IssuedApiKey {
  ownerId: string;
  memberId: string;
  role: Role;
  workspaceName: string;
}

/**
 * Makes the person with this invitation a member with a first API key. Repeated under the same request id, it gives the
 * same key again; so the id must be known to that person only. Rejects with `CommandRefused`.
 */
export class AcceptInvitation extends Command<NewMember> {
  constructor(
    readonly token: string,
    /** How the others will know the new member. Personal: it is encrypted. */
    readonly name: string,
    readonly requestId: string,
  ) {
    super();
  }
}

@CommandHandler(AcceptInvitation)
export class AcceptInvitationHandler implements ICommandHandler<AcceptInvitation> {
  constructor(
    private readonly workspaces: Workspaces,
    private readonly secrets: IssuedSecrets,
  ) {}

  async execute({ token, name, requestId }: AcceptInvitation): Promise<NewMember> {
    const parts = parseInvitation(token);
    if (!parts) throw notFound();
    const { ownerId, invitationId } = parts;
    const type = 'AcceptInvitation';
    const request: RequestContext = {
      requestId,
      actor: { kind: 'invitation', id: invitationId, owner: ownerId },
    };
    const commandId = this.workspaces.commandIdOf(ownerId, type, request);
    const memberId = deriveId('member', commandId);
    const wanted = { label: 'first key', scopes: null, expiresAt: null };
    const { recorded: key, ...made } = makeApiKey(this.secrets, commandId, wanted);
    const secretSha256 = hashSecret(parts.secret);
    const now = new Date().toISOString();
    const answer = await this.workspaces
      .ask(ownerId, { type, invitationId, secretSha256, now, memberId, name, key }, request)
      .catch((error: unknown) => {
        // An unknown workspace is answered like a wrong secret: nothing is told to somebody who guesses.
        throw error instanceof CommandRefused && error.refusal.code === 'workspace_not_found'
          ? notFound()
          : error;
      });
    const { state } = answer;
    // The decider checks the secret, but it does not see a repeated command.
    if (!sameDigest(state.invitations[invitationId]?.secretSha256 ?? '', secretSha256)) throw notFound();
    const issued = issuedKey({ ...made, recorded: key }, answer, 'Ask for another invitation.');
    const role = state.members[memberId]?.role ?? 'auditor';
    return { ...issued, ownerId, memberId, role, workspaceName: state.name };
  }
}

function notFound(): CommandRefused {
  return new CommandRefused({
    code: 'invitation_not_found',
    message: 'There is no such invitation. Copy the whole link.',
  });
}
