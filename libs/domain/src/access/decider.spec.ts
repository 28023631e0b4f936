import { given } from '@test/domain/given';
import { as, FOUNDER, joined, memberOf, registered, workspace, WORKSPACE } from '@test/domain/workspace';
import { ownerIdOf, workspaceDecider } from './decider';
import { ApiKeyIssued, founderIdOf, OwnerRegistered, WorkspaceEvent } from './events';
import { Role } from './roles';

const ownerId = WORKSPACE;
const nobody = '00000000-0000-4000-8000-0000000000ff';
const second = '00000000-0000-4000-8000-000000000002';
const about = (type: 'MemberBlocked' | 'MemberRestored', role: Role): WorkspaceEvent => ({
  type,
  data: { ownerId, memberId: memberOf(role) },
});
const removed = (role: Role): WorkspaceEvent => ({
  type: 'MemberRemoved',
  data: { ownerId, memberId: memberOf(role), nameErased: false },
});
const block = (by: Role, whom: string) => ({ type: 'BlockMember' as const, by: as(by), memberId: whom });
const restore = (by: Role, whom: string) => ({ type: 'RestoreMember' as const, by: as(by), memberId: whom });
const remove = (by: Role, whom: string) => ({
  type: 'RemoveMember' as const,
  ...{ by: as(by), memberId: whom, eraseName: false },
});
const change = (by: Role, whom: string, role: Role) => ({
  type: 'ChangeRole' as const,
  ...{ by: as(by), memberId: whom, role },
});

describe('A workspace', () => {
  const register = (name: string) => ({ type: 'RegisterWorkspace' as const, name });
  it('begins once, with a founder', () => {
    given(workspaceDecider, []).when(register(' Hotel Inspectors ')).then(registered);
    workspace().when(register('Hotel Inspectors')).thenNothing();
    given(workspaceDecider, []).when(register('  ')).thenRefused('invalid_workspace_name');
  });
  it('is there before anything else', () =>
    given(workspaceDecider, []).when(block('owner', FOUNDER)).thenRefused('workspace_not_found'));
  it('is told from others by the letters of its name only', () => {
    expect(ownerIdOf(' HOTEL inspectors ')).toBe(ownerId);
    expect(ownerIdOf('Hotel Inspector')).not.toBe(ownerId);
  });
  it('is renamed by an owner', () => {
    const rename = (by: Role, name: string) => ({ type: 'ChangeWorkspace' as const, by: as(by), name });
    workspace()
      .when(rename('owner', ' New '))
      .then({ type: 'WorkspaceRenamed', data: { ownerId, name: 'New' } });
    workspace().when(rename('owner', 'Hotel Inspectors')).thenNothing();
    workspace().when(rename('owner', ' ')).thenRefused('invalid_workspace_name');
    workspace().when(rename('admin', 'New')).thenRefused('not_allowed');
  });
  it('has a default for the channels of its recordings, which an owner chooses', () => {
    const choose = (by: Role, channels: 'mixed' | 'separate', name?: string) => ({
      type: 'ChangeWorkspace' as const,
      ...{ by: as(by), channels, name },
    });
    const chosen: WorkspaceEvent = {
      type: 'WorkspaceDefaultsChanged',
      data: { ownerId, channels: 'separate' },
    };
    expect(workspace().state.channels).toBe('mixed');
    expect(workspace(chosen).state.channels).toBe('separate');
    workspace().when(choose('owner', 'separate')).then(chosen);
    workspace().when(choose('owner', 'mixed')).thenNothing();
    workspace(chosen).when(choose('owner', 'mixed')).thenTypes('WorkspaceDefaultsChanged');
    workspace().when(choose('admin', 'separate')).thenRefused('not_allowed');
    workspace()
      .when(choose('owner', 'separate', 'New'))
      .then({ type: 'WorkspaceRenamed', data: { ownerId, name: 'New' } }, chosen);
  });
  it('reads what was written before it had members', () => {
    const founderId = founderIdOf(ownerId);
    expect(OwnerRegistered.upcasters[1]!({ ownerId, name: 'x' })).toEqual({ ownerId, name: 'x', founderId });
    const key = { ownerId, keyId: 'k', label: '', secretSha256: 'a'.repeat(64) };
    expect(ApiKeyIssued.schema.parse(ApiKeyIssued.upcasters[1]!(key))).toEqual({
      ...key,
      ...{ memberId: founderId, scopes: null, expiresAt: null },
    });
  });
});

describe('Members', () => {
  it.each<[Role, Role, boolean]>([
    ['owner', 'admin', true],
    ['owner', 'auditor', true],
    ['admin', 'analyst', true],
    ['admin', 'owner', false],
    ['analyst', 'auditor', false],
    ['auditor', 'analyst', false],
  ])('%s may block %s: %s', (by, whom, allowed) => {
    const decision = workspace().when(block(by, memberOf(whom)));
    if (allowed) decision.then(about('MemberBlocked', whom));
    else decision.thenRefused('not_allowed');
  });
  it('are blocked and restored, each once', () => {
    const blocked = workspace(about('MemberBlocked', 'analyst'));
    blocked.when(block('owner', memberOf('analyst'))).thenNothing();
    blocked.when(restore('owner', memberOf('analyst'))).then(about('MemberRestored', 'analyst'));
    workspace()
      .when(restore('owner', memberOf('analyst')))
      .thenNothing();
  });
  it('that are blocked decide nothing', () =>
    workspace(about('MemberBlocked', 'admin'))
      .when(block('admin', memberOf('analyst')))
      .thenRefused('not_allowed'));
  it('leave by themselves, whatever their role', () => {
    workspace()
      .when(remove('auditor', memberOf('auditor')))
      .then(removed('auditor'));
    workspace()
      .when(remove('auditor', memberOf('analyst')))
      .thenRefused('not_allowed');
  });
  it('that are gone are gone', () => {
    const gone = workspace(removed('analyst'));
    gone.when(remove('owner', memberOf('analyst'))).thenNothing();
    gone.when(restore('owner', memberOf('analyst'))).thenRefused('member_not_found');
    gone.when(change('owner', memberOf('analyst'), 'admin')).thenRefused('member_not_found');
    gone.when(block('owner', nobody)).thenRefused('member_not_found');
  });
  it('always include an active owner', () => {
    for (const command of [
      block('owner', FOUNDER),
      remove('owner', FOUNDER),
      change('owner', FOUNDER, 'admin'),
    ]) {
      workspace().when(command).thenRefused('last_owner');
      workspace(joined(second, 'owner')).when(command).thenTypes(expectedType(command.type));
      // An owner who is blocked lets nobody in.
      const blocked: WorkspaceEvent = { type: 'MemberBlocked', data: { ownerId, memberId: second } };
      workspace(joined(second, 'owner'), blocked).when(command).thenRefused('last_owner');
    }
    workspace()
      .when({ ...remove('owner', FOUNDER), by: { kind: 'operator' } })
      .thenRefused('last_owner');
  });
  it('get another role, the role of an owner only by an owner', () => {
    workspace()
      .when(change('admin', memberOf('analyst'), 'auditor'))
      .then({
        type: 'MemberRoleChanged',
        data: { ownerId, memberId: memberOf('analyst'), role: 'auditor' },
      });
    workspace()
      .when(change('admin', memberOf('analyst'), 'owner'))
      .thenRefused('not_allowed');
    workspace(joined(second, 'owner'))
      .when(change('admin', second, 'analyst'))
      .thenRefused('not_allowed');
    workspace()
      .when(change('owner', memberOf('analyst'), 'owner'))
      .thenTypes('MemberRoleChanged');
    workspace()
      .when(change('owner', memberOf('analyst'), 'analyst'))
      .thenNothing();
    workspace()
      .when(change('owner', nobody, 'analyst'))
      .thenRefused('member_not_found');
  });
});

function expectedType(command: 'BlockMember' | 'RemoveMember' | 'ChangeRole'): string {
  return { BlockMember: 'MemberBlocked', RemoveMember: 'MemberRemoved', ChangeRole: 'MemberRoleChanged' }[
    command
  ];
}
