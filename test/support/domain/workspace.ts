import {
  Authority,
  founderIdOf,
  NewApiKey,
  ownerIdOf,
  Role,
  workspaceDecider,
  WorkspaceEvent,
} from '@voxpersona/domain';
import { given } from './given';

/** A workspace with one member of each role, each with a key `key-<role>`; `founder` is its only owner. */
export const WORKSPACE = ownerIdOf('Hotel Inspectors');
export const FOUNDER = founderIdOf(WORKSPACE);
export const NOW = '2026-11-24T10:00:00.000Z';
export const LATER = '2026-11-25T10:00:00.000Z';
export const EARLIER = '2026-11-23T10:00:00.000Z';

const MEMBERS: Record<Exclude<Role, 'owner'>, string> = {
  admin: '00000000-0000-4000-8000-00000000000a',
  analyst: '00000000-0000-4000-8000-00000000000b',
  auditor: '00000000-0000-4000-8000-00000000000c',
};
export const memberOf = (role: Role): string => (role === 'owner' ? FOUNDER : MEMBERS[role]);
export const digest = (letter: string): string => letter.repeat(64);
export const as = (role: Role): Authority => ({
  kind: 'member',
  memberId: memberOf(role),
  keyId: `key-${role}`,
});

export const newKey = (keyId: string, change: Partial<NewApiKey> = {}): NewApiKey => ({
  ...{ keyId, label: '', secretSha256: digest('e'), scopes: null, expiresAt: null },
  ...change,
});

export const registered: WorkspaceEvent = {
  type: 'OwnerRegistered',
  data: { ownerId: WORKSPACE, name: 'Hotel Inspectors', founderId: FOUNDER },
};
export const issued = (memberId: string, key: NewApiKey): WorkspaceEvent => ({
  type: 'ApiKeyIssued',
  data: { ownerId: WORKSPACE, memberId, ...key, scopes: key.scopes && [...key.scopes] },
});
export const joined = (memberId: string, role: Role): WorkspaceEvent => ({
  type: 'MemberJoined',
  data: { ownerId: WORKSPACE, memberId, role, invitationId: memberId, name: 'Somebody' },
});

export const staffed: WorkspaceEvent[] = [
  registered,
  issued(FOUNDER, newKey('key-owner', { secretSha256: digest('1') })),
  ...(['admin', 'analyst', 'auditor'] as const).flatMap((role) => [
    joined(MEMBERS[role], role),
    issued(MEMBERS[role], newKey(`key-${role}`, { secretSha256: digest('1') })),
  ]),
];

/** The staffed workspace, and what happened then. */
export const workspace = (...events: WorkspaceEvent[]) => given(workspaceDecider, [...staffed, ...events]);
