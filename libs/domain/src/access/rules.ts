import { Decision, refuse, Refusal } from '../shared/decider';
import { Authority, NewApiKey } from './commands';
import { WorkspaceEvent } from './events';
import { Role } from './roles';
import { MemberState, WorkspaceState } from './state';

export type WorkspaceRefusal = Refusal<
  | 'workspace_not_found'
  | 'invalid_workspace_name'
  | 'not_allowed'
  | 'member_not_found'
  | 'last_owner'
  | 'invitation_not_found'
  | 'invitation_used'
  | 'invitation_expired'
  | 'invitation_revoked'
  | 'key_not_found'
  | 'key_exists'
  | 'key_too_wide'
  | 'key_not_active'
  | 'too_many'
>;
export type WorkspaceDecision = Decision<WorkspaceEvent, WorkspaceRefusal>;

/** A workspace that exists. */
export type RegisteredWorkspace = WorkspaceState & { ownerId: string };

/** Whether somebody may decide about members of this role: owners about all, admins about all but owners. */
export function mayManage(state: WorkspaceState, by: Authority, role: Role): boolean {
  if (by.kind === 'operator') return true;
  const own = activeMember(state, by.memberId)?.role;
  return own === 'owner' || (own === 'admin' && role !== 'owner');
}

export function activeMember(state: WorkspaceState, memberId: string): MemberState | undefined {
  const member = state.members[memberId];
  return member?.status === 'active' ? member : undefined;
}

export function keyIssued(ownerId: string, memberId: string, key: NewApiKey): WorkspaceEvent {
  const scopes = key.scopes === null ? null : [...key.scopes];
  return { type: 'ApiKeyIssued', data: { ownerId, memberId, ...key, scopes } };
}

export function notAllowed(): WorkspaceDecision {
  return refuse('not_allowed', 'Your role in this workspace does not allow it.');
}
