import {
  as,
  digest,
  EARLIER,
  issued,
  joined,
  LATER,
  newKey,
  NOW,
  workspace,
  WORKSPACE,
} from '@test/domain/workspace';
import { WorkspaceEvent } from './events';
import { Role } from './roles';

const ownerId = WORKSPACE;
const invitationId = '00000000-0000-4000-8000-0000000000aa';
const memberId = '00000000-0000-4000-8000-0000000000bb';
const invite = (by: Role, role: Role, id = invitationId) => ({
  type: 'InviteMember' as const,
  ...{ by: as(by), invitationId: id, role, secretSha256: digest('a'), expiresAt: LATER, now: NOW },
});
const invited = (role: Role, id = invitationId): WorkspaceEvent => ({
  type: 'InvitationIssued',
  data: {
    ...{ ownerId, invitationId: id, role, secretSha256: digest('a'), expiresAt: LATER },
    invitedBy: (as('owner') as { memberId: string }).memberId,
  },
});
const taken: WorkspaceEvent = { type: 'InvitationAccepted', data: { ownerId, invitationId, memberId } };
const revoked: WorkspaceEvent = { type: 'InvitationRevoked', data: { ownerId, invitationId } };
const key = newKey('k');
const acceptIt = {
  type: 'AcceptInvitation' as const,
  ...{ invitationId, secretSha256: digest('a'), now: NOW, memberId, name: 'Bea', key },
};
const revoke = (by: Role) => ({ type: 'RevokeInvitation' as const, by: as(by), invitationId });

describe('Invitations', () => {
  it('are made by those who may manage the role', () => {
    workspace().when(invite('owner', 'owner')).then(invited('owner'));
    workspace().when(invite('admin', 'analyst')).thenTypes('InvitationIssued');
    workspace().when(invite('admin', 'owner')).thenRefused('not_allowed');
    workspace().when(invite('analyst', 'analyst')).thenRefused('not_allowed');
    workspace().when(invite('auditor', 'auditor')).thenRefused('not_allowed');
  });
  it('are not without number', () => {
    const many = Array.from({ length: 200 }, (_, n) => invited('analyst', `id-${n}`));
    workspace(...many)
      .when(invite('owner', 'analyst'))
      .thenRefused('too_many');
    workspace(...many)
      .when({ ...invite('owner', 'analyst'), now: LATER })
      .thenTypes('InvitationIssued');
  });
  it('let one person in, with a key', () => {
    workspace(invited('analyst'))
      .when(acceptIt)
      .then(
        taken,
        {
          type: 'MemberJoined',
          data: { ownerId, memberId, role: 'analyst', invitationId, name: 'Bea' },
        },
        issued(memberId, key),
      );
    workspace(invited('analyst'), taken, joined(memberId, 'analyst'))
      .when({ ...acceptIt, memberId: '00000000-0000-4000-8000-0000000000cc' })
      .thenRefused('invitation_used');
  });
  it('are told from wrong ones only by their secret', () => {
    workspace().when(acceptIt).thenRefused('invitation_not_found');
    workspace(invited('analyst'))
      .when({ ...acceptIt, secretSha256: digest('b') })
      .thenRefused('invitation_not_found');
    // Even that it is used is told to nobody without it.
    workspace(invited('analyst'), taken)
      .when({ ...acceptIt, secretSha256: digest('b') })
      .thenRefused('invitation_not_found');
  });
  it('end', () => {
    workspace(invited('analyst'))
      .when({ ...acceptIt, now: LATER })
      .thenRefused('invitation_expired');
    workspace(invited('analyst'))
      .when({ ...acceptIt, now: EARLIER })
      .thenTypes('InvitationAccepted', 'MemberJoined', 'ApiKeyIssued');
  });
  it('are taken back until they are used', () => {
    workspace(invited('analyst')).when(revoke('admin')).then(revoked);
    workspace(invited('analyst'), revoked).when(revoke('owner')).thenNothing();
    workspace(invited('analyst'), revoked).when(acceptIt).thenRefused('invitation_revoked');
    workspace(invited('analyst'), taken).when(revoke('owner')).thenRefused('invitation_used');
    workspace(invited('owner')).when(revoke('admin')).thenRefused('not_allowed');
    workspace().when(revoke('owner')).thenRefused('invitation_not_found');
  });
});
