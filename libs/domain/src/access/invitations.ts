import { accept, acceptNothing, refuse } from '../shared/decider';
import { WorkspaceCommand } from './commands';
import { WorkspaceEvent } from './events';
import { keyIssued, mayManage, notAllowed, RegisteredWorkspace, WorkspaceDecision } from './rules';
import { sameDigest } from './same-digest';

/** More would be a mistake, or somebody who wants the stream to grow. */
const MAX_OPEN_INVITATIONS = 200;
const MAX_MEMBERS = 1_000;

type CommandOf<Type extends WorkspaceCommand['type']> = Extract<WorkspaceCommand, { type: Type }>;

export function inviteMember(
  state: RegisteredWorkspace,
  command: CommandOf<'InviteMember'>,
): WorkspaceDecision {
  const { by, invitationId, role, secretSha256, expiresAt, now } = command;
  if (!mayManage(state, by, role)) return notAllowed();
  const open = Object.values(state.invitations).filter(
    (invitation) => invitation.status === 'open' && invitation.expiresAt > now,
  );
  if (open.length >= MAX_OPEN_INVITATIONS) {
    return refuse('too_many', `There are ${MAX_OPEN_INVITATIONS} open invitations. Revoke some first.`);
  }
  const invitedBy = by.kind === 'member' ? by.memberId : null;
  const { ownerId } = state;
  return accept({
    type: 'InvitationIssued',
    data: { ownerId, invitationId, role, secretSha256, expiresAt, invitedBy },
  });
}

export function revokeInvitation(
  state: RegisteredWorkspace,
  { by, invitationId }: CommandOf<'RevokeInvitation'>,
): WorkspaceDecision {
  const invitation = state.invitations[invitationId];
  if (!mayManage(state, by, invitation?.role ?? 'analyst')) return notAllowed();
  if (!invitation) return invitationNotFound();
  if (invitation.status === 'accepted') return used();
  if (invitation.status === 'revoked') return acceptNothing();
  return accept({ type: 'InvitationRevoked', data: { ownerId: state.ownerId, invitationId } });
}

/** A wrong secret is answered like an unknown invitation: nothing is told to whoever guesses. */
export function acceptInvitation(
  state: RegisteredWorkspace,
  command: CommandOf<'AcceptInvitation'>,
): WorkspaceDecision {
  const { invitationId, secretSha256, now, memberId, name, key } = command;
  const { ownerId } = state;
  const invitation = state.invitations[invitationId];
  if (!invitation || !sameDigest(invitation.secretSha256, secretSha256)) return invitationNotFound();
  if (invitation.status === 'accepted') return used();
  if (invitation.status === 'revoked') {
    return refuse('invitation_revoked', 'This invitation was taken back. Ask for a new one.');
  }
  if (invitation.expiresAt <= now) {
    return refuse('invitation_expired', 'This invitation has expired. Ask for a new one.');
  }
  const present = Object.values(state.members).filter((member) => member.status !== 'removed');
  if (present.length >= MAX_MEMBERS) {
    return refuse('too_many', `This workspace has ${MAX_MEMBERS} members already.`);
  }
  const { role } = invitation;
  return accept<WorkspaceEvent>(
    { type: 'InvitationAccepted', data: { ownerId, invitationId, memberId } },
    { type: 'MemberJoined', data: { ownerId, memberId, role, invitationId, name } },
    ...(key ? [keyIssued(ownerId, memberId, key)] : []),
  );
}

function invitationNotFound(): WorkspaceDecision {
  return refuse('invitation_not_found', 'There is no such invitation. Copy the whole link.');
}

function used(): WorkspaceDecision {
  return refuse('invitation_used', 'This invitation has been used; each lets in one person.');
}
