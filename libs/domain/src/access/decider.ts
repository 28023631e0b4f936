import { accept, acceptNothing, Decider, refuse } from '../shared/decider';
import { deriveId } from '../shared/ids';
import { WorkspaceCommand } from './commands';
import { founderIdOf, WorkspaceEvent } from './events';
import { acceptInvitation, inviteMember, revokeInvitation } from './invitations';
import { issueKey, revokeKey, rotateKey } from './keys';
import { mayManage, notAllowed, RegisteredWorkspace, WorkspaceDecision, WorkspaceRefusal } from './rules';
import { evolveWorkspace, initialWorkspace, MemberState, WorkspaceState } from './state';

/** Names differ by their letters only, not by case or outer space. */
export function ownerIdOf(name: string): string {
  return deriveId('owner', name.trim().toLowerCase().normalize('NFC'));
}

/** The rules of one workspace: who belongs to it, who may come in, and the API keys that act for its members. */
export const workspaceDecider: Decider<WorkspaceState, WorkspaceCommand, WorkspaceEvent, WorkspaceRefusal> = {
  category: 'owner',
  initial: initialWorkspace,
  decide(state, command) {
    if (command.type === 'RegisterWorkspace') return register(state, command.name);
    if (state.ownerId === null) return refuse('workspace_not_found', 'There is no such workspace.');
    return decideRegistered({ ...state, ownerId: state.ownerId }, command);
  },
  evolve: evolveWorkspace,
};

function register(state: WorkspaceState, given: string): WorkspaceDecision {
  const name = given.trim();
  if (name === '') return refuse('invalid_workspace_name', 'The name of a workspace must not be empty.');
  if (state.ownerId !== null) return acceptNothing();
  const ownerId = ownerIdOf(name);
  return accept({ type: 'OwnerRegistered', data: { ownerId, name, founderId: founderIdOf(ownerId) } });
}

function decideRegistered(
  state: RegisteredWorkspace,
  command: Exclude<WorkspaceCommand, { type: 'RegisterWorkspace' }>,
): WorkspaceDecision {
  switch (command.type) {
    case 'ChangeWorkspace':
      return changeWorkspace(state, command);
    case 'InviteMember':
      return inviteMember(state, command);
    case 'RevokeInvitation':
      return revokeInvitation(state, command);
    case 'AcceptInvitation':
      return acceptInvitation(state, command);
    case 'ChangeRole':
      return changeRole(state, command);
    case 'BlockMember':
    case 'RestoreMember':
    case 'RemoveMember':
      return changeStatus(state, command);
    case 'IssueApiKey':
      return issueKey(state, command);
    case 'RotateApiKey':
      return rotateKey(state, command);
    case 'RevokeApiKey':
      return revokeKey(state, command);
  }
}

function changeWorkspace(
  state: RegisteredWorkspace,
  command: Extract<WorkspaceCommand, { type: 'ChangeWorkspace' }>,
): WorkspaceDecision {
  const { ownerId } = state;
  const name = command.name?.trim() ?? state.name;
  const channels = command.channels ?? state.channels;
  if (!mayManage(state, command.by, 'owner')) return notAllowed();
  if (name === '') return refuse('invalid_workspace_name', 'The name of a workspace must not be empty.');
  const events: WorkspaceEvent[] = [];
  if (name !== state.name) events.push({ type: 'WorkspaceRenamed', data: { ownerId, name } });
  if (channels !== state.channels)
    events.push({ type: 'WorkspaceDefaultsChanged', data: { ownerId, channels } });
  return accept(...events);
}

function changeRole(
  state: RegisteredWorkspace,
  { by, memberId, role }: Extract<WorkspaceCommand, { type: 'ChangeRole' }>,
): WorkspaceDecision {
  const member = presentMember(state, memberId);
  if (!mayManage(state, by, role) || (member && !mayManage(state, by, member.role))) return notAllowed();
  if (!member) return memberNotFound();
  if (member.role === role) return acceptNothing();
  if (isLastOwner(state, member)) return lastOwner();
  return accept({ type: 'MemberRoleChanged', data: { ownerId: state.ownerId, memberId, role } });
}

function changeStatus(
  state: RegisteredWorkspace,
  command: Extract<WorkspaceCommand, { type: 'BlockMember' | 'RestoreMember' | 'RemoveMember' }>,
): WorkspaceDecision {
  const { ownerId } = state;
  const { by, memberId } = command;
  const member = state.members[memberId];
  const leaves = command.type === 'RemoveMember' && by.kind === 'member' && by.memberId === memberId;
  if (!leaves && !mayManage(state, by, member?.role ?? 'analyst')) return notAllowed();
  if (!member) return memberNotFound();
  if (member.status === 'removed') {
    return command.type === 'RemoveMember' ? acceptNothing() : memberNotFound();
  }
  if (command.type !== 'RestoreMember' && isLastOwner(state, member)) return lastOwner();
  switch (command.type) {
    case 'BlockMember':
      if (member.status === 'blocked') return acceptNothing();
      return accept({ type: 'MemberBlocked', data: { ownerId, memberId } });
    case 'RestoreMember':
      if (member.status === 'active') return acceptNothing();
      return accept({ type: 'MemberRestored', data: { ownerId, memberId } });
    case 'RemoveMember':
      return accept({ type: 'MemberRemoved', data: { ownerId, memberId, nameErased: command.eraseName } });
  }
}

function presentMember(state: WorkspaceState, memberId: string): MemberState | undefined {
  const member = state.members[memberId];
  return member?.status === 'removed' ? undefined : member;
}

/** Somebody must be left who can let others in; one who is blocked cannot. */
function isLastOwner(state: WorkspaceState, member: MemberState): boolean {
  if (member.role !== 'owner' || member.status !== 'active') return false;
  const owners = Object.values(state.members).filter(
    ({ role, status }) => role === 'owner' && status === 'active',
  );
  return owners.length === 1;
}

function memberNotFound(): WorkspaceDecision {
  return refuse('member_not_found', 'This workspace has no such member.');
}

function lastOwner(): WorkspaceDecision {
  return refuse('last_owner', 'This is the last active owner. Make another member an owner first.');
}
