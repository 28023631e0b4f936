import {
  as,
  digest,
  EARLIER,
  FOUNDER,
  issued,
  LATER,
  memberOf,
  newKey,
  NOW,
  workspace,
  WORKSPACE,
} from '@test/domain/workspace';
import { authorise, Right } from './authorise';
import { NewApiKey } from './commands';
import { WorkspaceEvent } from './events';
import { Role, ROLES } from './roles';
import { sameDigest } from './same-digest';

const ownerId = WORKSPACE;
const issue = (by: Role, key: NewApiKey, memberId = memberOf(by)) => ({
  type: 'IssueApiKey' as const,
  ...{ by: as(by), memberId, key, now: NOW },
});
const revoked = (keyId: string): WorkspaceEvent => ({ type: 'ApiKeyRevoked', data: { ownerId, keyId } });
const revoke = (by: Role, keyId: string) => ({ type: 'RevokeApiKey' as const, by: as(by), keyId });
const blocked = (role: Role): WorkspaceEvent => ({
  type: 'MemberBlocked',
  data: { ownerId, memberId: memberOf(role) },
});

describe('API keys', () => {
  it('are made by everybody, for themselves', () => {
    for (const role of ROLES)
      workspace()
        .when(issue(role, newKey('k')))
        .then(issued(memberOf(role), newKey('k')));
    workspace()
      .when(issue('owner', newKey('k'), memberOf('analyst')))
      .thenRefused('not_allowed');
    workspace()
      .when({ ...issue('owner', newKey('k'), memberOf('analyst')), by: { kind: 'operator' } })
      .thenTypes('ApiKeyIssued');
    workspace(blocked('analyst'))
      .when(issue('analyst', newKey('k')))
      .thenRefused('member_not_found');
  });
  it('are each a key of its own', () => {
    workspace()
      .when(issue('owner', newKey('key-owner')))
      .thenRefused('key_exists');
    workspace(revoked('key-owner'))
      .when(issue('owner', newKey('key-owner')))
      .thenRefused('key_exists');
  });
  it('are not without number', () => {
    const many = Array.from({ length: 49 }, (_, n) => issued(FOUNDER, newKey(`k${n}`)));
    workspace(...many)
      .when(issue('owner', newKey('k')))
      .thenRefused('too_many');
    workspace(...many, revoked('k1'))
      .when(issue('owner', newKey('k')))
      .thenTypes('ApiKeyIssued');
  });
  it('make none that may do more than themselves', () => {
    const narrow = issued(
      memberOf('analyst'),
      newKey('narrow', { scopes: ['recordings:read', 'trail:read'], expiresAt: LATER }),
    );
    const by = { kind: 'member' as const, memberId: memberOf('analyst'), keyId: 'narrow' };
    const ask = (change: Partial<NewApiKey>) =>
      workspace(narrow).when({ ...issue('analyst', newKey('k', change)), by });
    ask({ scopes: ['recordings:read'], expiresAt: LATER }).thenTypes('ApiKeyIssued');
    ask({ scopes: ['recordings:read', 'recordings:write'], expiresAt: LATER }).thenRefused('key_too_wide');
    ask({ scopes: null, expiresAt: LATER }).thenRefused('key_too_wide');
    ask({ scopes: ['recordings:read'], expiresAt: null }).thenRefused('key_too_wide');
    ask({ scopes: ['recordings:read'], expiresAt: '2027-01-01T00:00:00.000Z' }).thenRefused('key_too_wide');
  });
  it('are revoked by their member, or by who manages them', () => {
    workspace().when(revoke('analyst', 'key-analyst')).then(revoked('key-analyst'));
    workspace().when(revoke('admin', 'key-analyst')).then(revoked('key-analyst'));
    workspace().when(revoke('admin', 'key-owner')).thenRefused('key_not_found');
    workspace().when(revoke('analyst', 'key-admin')).thenRefused('key_not_found');
    workspace().when(revoke('owner', 'nothing')).thenRefused('key_not_found');
    workspace(revoked('key-analyst')).when(revoke('analyst', 'key-analyst')).thenNothing();
  });
  describe('rotate', () => {
    const rotate = (by: Role, keyId: string, replacement = newKey('next')) => ({
      type: 'RotateApiKey' as const,
      ...{ by: as(by), keyId, replacement, validUntil: LATER, now: NOW },
    });
    const rotated: WorkspaceEvent = {
      type: 'ApiKeyRotated',
      data: { ownerId, keyId: 'key-analyst', replacedBy: 'next', validUntil: LATER },
    };
    it('with time to change over', () =>
      workspace()
        .when(rotate('analyst', 'key-analyst'))
        .then(issued(memberOf('analyst'), newKey('next')), rotated));
    it('never past their own end', () => {
      const soon = '2026-11-24T11:00:00.000Z';
      const short = issued(memberOf('analyst'), newKey('short', { expiresAt: soon }));
      const { state } = workspace(short);
      expect(state.keys.short?.expiresAt).toBe(soon);
      workspace(short)
        .when(rotate('analyst', 'short', newKey('next', { expiresAt: soon })))
        .then(issued(memberOf('analyst'), newKey('next', { expiresAt: soon })), {
          type: 'ApiKeyRotated',
          data: { ownerId, keyId: 'short', replacedBy: 'next', validUntil: soon },
        });
    });
    it('only while they are good, once, and by their member', () => {
      workspace(revoked('key-analyst')).when(rotate('analyst', 'key-analyst')).thenRefused('key_not_active');
      workspace(rotated)
        .when(rotate('analyst', 'key-analyst', newKey('third')))
        .thenRefused('key_not_active');
      workspace().when(rotate('owner', 'key-analyst')).thenRefused('key_not_found');
      workspace()
        .when(rotate('analyst', 'key-analyst', newKey('key-owner')))
        .thenRefused('key_exists');
    });
  });
});

describe('authorise', () => {
  const anybody: Right = { roles: ROLES, scope: 'recordings:read' };
  const shown = (keyId: string, secretSha256 = digest('1')) => ({ keyId, secretSha256 });
  const ask = (events: WorkspaceEvent[], keyId: string, right = anybody, now = NOW) => {
    const answer = authorise(workspace(...events).state, shown(keyId), right, now);
    return answer.kind === 'denied' ? answer.reason : answer.kind;
  };
  it('lets in who may, and says who it is', () =>
    expect(authorise(workspace().state, shown('key-admin'), anybody, NOW)).toEqual({
      kind: 'allowed',
      caller: { ownerId, keyId: 'key-admin', memberId: memberOf('admin'), role: 'admin', scopes: null },
    }));
  it('knows nobody by a wrong id or secret', () => {
    expect(ask([], 'nothing')).toBe('unknown');
    expect(ask([], 'constructor')).toBe('unknown');
    expect(authorise(workspace().state, shown('key-admin', digest('2')), anybody, NOW).kind).toBe('unknown');
  });
  it('knows whom it refuses, and why', () => {
    expect(ask([revoked('key-admin')], 'key-admin')).toBe('key_revoked');
    expect(ask([blocked('admin')], 'key-admin')).toBe('member_blocked');
    const gone: WorkspaceEvent = {
      type: 'MemberRemoved',
      data: { ownerId, memberId: memberOf('admin'), nameErased: true },
    };
    expect(ask([gone], 'key-admin')).toBe('member_removed');
    expect(ask([], 'key-analyst', { roles: ['owner', 'admin'], scope: null })).toBe('role');
  });
  it('minds the end and the scopes of a key', () => {
    const narrow = issued(
      memberOf('admin'),
      newKey('narrow', { secretSha256: digest('1'), scopes: ['trail:read'], expiresAt: LATER }),
    );
    expect(ask([narrow], 'narrow')).toBe('scope');
    expect(ask([narrow], 'narrow', { roles: ROLES, scope: 'trail:read' })).toBe('allowed');
    expect(ask([narrow], 'narrow', { roles: ROLES, scope: null })).toBe('allowed');
    expect(ask([narrow], 'narrow', { roles: ROLES, scope: 'trail:read' }, LATER)).toBe('key_expired');
    expect(ask([narrow], 'narrow', { roles: ROLES, scope: 'trail:read' }, EARLIER)).toBe('allowed');
  });
});

it('compares digests', () => {
  expect(sameDigest(digest('a'), digest('a'))).toBe(true);
  expect(sameDigest(digest('a'), `${'a'.repeat(63)}b`)).toBe(false);
  expect(sameDigest(digest('a'), 'a')).toBe(false);
  expect(sameDigest(digest('a'), '')).toBe(false);
});
