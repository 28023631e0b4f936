import { ChannelMode } from '../shared/channels';
import { WorkspaceEvent } from './events';
import { Role, Scope } from './roles';

export interface MemberState {
  memberId: string;
  role: Role;
  status: 'active' | 'blocked' | 'removed';
}

export interface InvitationState {
  invitationId: string;
  role: Role;
  secretSha256: string;
  expiresAt: string;
  status: 'open' | 'accepted' | 'revoked';
}

export interface ApiKeyState {
  keyId: string;
  memberId: string;
  label: string;
  secretSha256: string;
  scopes: readonly Scope[] | null;
  /** As issued, or sooner once it is rotated. */
  expiresAt: string | null;
  revoked: boolean;
  replacedBy: string | null;
}

export interface WorkspaceState {
  /** Null until the workspace is registered. */
  ownerId: string | null;
  name: string;
  /** How the channels of recordings are transcribed whose upload does not say. */
  channels: ChannelMode;
  members: Readonly<Record<string, MemberState>>;
  invitations: Readonly<Record<string, InvitationState>>;
  keys: Readonly<Record<string, ApiKeyState>>;
}

export const initialWorkspace: WorkspaceState = {
  ownerId: null,
  name: '',
  channels: 'mixed',
  members: {},
  invitations: {},
  keys: {},
};

export function evolveWorkspace(state: WorkspaceState, event: WorkspaceEvent): WorkspaceState {
  switch (event.type) {
    case 'OwnerRegistered': {
      const { ownerId, name, founderId } = event.data;
      return withMember(
        { ...state, ownerId, name },
        { memberId: founderId, role: 'owner', status: 'active' },
      );
    }
    case 'WorkspaceRenamed':
      return { ...state, name: event.data.name };
    case 'WorkspaceDefaultsChanged':
      return { ...state, channels: event.data.channels };
    case 'InvitationIssued': {
      const { invitationId, role, secretSha256, expiresAt } = event.data;
      return withInvitation(state, { invitationId, role, secretSha256, expiresAt, status: 'open' });
    }
    case 'InvitationRevoked':
      return changeInvitation(state, event.data.invitationId, 'revoked');
    case 'InvitationAccepted':
      return changeInvitation(state, event.data.invitationId, 'accepted');
    case 'MemberJoined': {
      const { memberId, role } = event.data;
      return withMember(state, { memberId, role, status: 'active' });
    }
    case 'MemberRoleChanged':
      return changeMember(state, event.data.memberId, { role: event.data.role });
    case 'MemberBlocked':
      return changeMember(state, event.data.memberId, { status: 'blocked' });
    case 'MemberRestored':
      return changeMember(state, event.data.memberId, { status: 'active' });
    case 'MemberRemoved':
      return changeMember(state, event.data.memberId, { status: 'removed' });
    case 'ApiKeyIssued': {
      const { ownerId: _, ...key } = event.data;
      return withKey(state, { ...key, revoked: false, replacedBy: null });
    }
    case 'ApiKeyRevoked':
      return changeKey(state, event.data.keyId, { revoked: true });
    case 'ApiKeyRotated': {
      const { keyId, replacedBy, validUntil } = event.data;
      return changeKey(state, keyId, { replacedBy, expiresAt: validUntil });
    }
  }
}

function withMember(state: WorkspaceState, member: MemberState): WorkspaceState {
  return { ...state, members: { ...state.members, [member.memberId]: member } };
}

function changeMember(state: WorkspaceState, memberId: string, change: Partial<MemberState>): WorkspaceState {
  const member = state.members[memberId];
  return member ? withMember(state, { ...member, ...change }) : state;
}

function withInvitation(state: WorkspaceState, invitation: InvitationState): WorkspaceState {
  return { ...state, invitations: { ...state.invitations, [invitation.invitationId]: invitation } };
}

function changeInvitation(
  state: WorkspaceState,
  invitationId: string,
  status: InvitationState['status'],
): WorkspaceState {
  const invitation = state.invitations[invitationId];
  return invitation ? withInvitation(state, { ...invitation, status }) : state;
}

function withKey(state: WorkspaceState, key: ApiKeyState): WorkspaceState {
  return { ...state, keys: { ...state.keys, [key.keyId]: key } };
}

function changeKey(state: WorkspaceState, keyId: string, change: Partial<ApiKeyState>): WorkspaceState {
  const key = state.keys[keyId];
  return key ? withKey(state, { ...key, ...change }) : state;
}
