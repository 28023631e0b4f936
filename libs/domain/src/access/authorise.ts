import { Role, Scope } from './roles';
import { sameDigest } from './same-digest';
import { WorkspaceState } from './state';

/** What a call needs: one of the roles, and the scope for keys that are limited. */
export interface Right {
  roles: readonly Role[];
  /** Null: open to every key, whatever its scopes. */
  scope: Scope | null;
}

/** Why somebody who is known is not let in. */
export type Denial = 'key_revoked' | 'key_expired' | 'member_blocked' | 'member_removed' | 'role' | 'scope';

export interface Identified {
  ownerId: string;
  keyId: string;
  memberId: string;
  role: Role;
  scopes: readonly Scope[] | null;
}

/**
 * - `unknown` no such key, or a wrong secret: whoever calls is nobody
 * - `denied`  the caller is known, and may not
 */
export type Authorisation =
  | { kind: 'unknown' }
  | { kind: 'denied'; caller: Identified; reason: Denial }
  | { kind: 'allowed'; caller: Identified };

/** Decides whether a key opens a door. Pure: the same workspace, key and time give the same answer. */
export function authorise(
  state: WorkspaceState,
  shown: { keyId: string; secretSha256: string },
  right: Right,
  now: string,
): Authorisation {
  const key = Object.hasOwn(state.keys, shown.keyId) ? state.keys[shown.keyId] : undefined;
  const matches = sameDigest(key?.secretSha256 ?? '0'.repeat(64), shown.secretSha256);
  const member = key && state.members[key.memberId];
  if (!matches || !key || !member || state.ownerId === null) return { kind: 'unknown' };
  const { keyId, memberId, scopes } = key;
  const caller = { ownerId: state.ownerId, keyId, memberId, role: member.role, scopes };
  const denied = (reason: Denial): Authorisation => ({ kind: 'denied', caller, reason });
  if (key.revoked) return denied('key_revoked');
  if (key.expiresAt !== null && key.expiresAt <= now) return denied('key_expired');
  const reason = denialOfMember(state, memberId, right);
  if (reason) return denied(reason);
  if (right.scope !== null && scopes !== null && !scopes.includes(right.scope)) return denied('scope');
  return { kind: 'allowed', caller };
}

/** Why a member may not do what takes a right, whatever shows that it is them; undefined: they may. */
export function denialOfMember(
  state: WorkspaceState,
  memberId: string,
  right: Right,
): Extract<Denial, 'member_blocked' | 'member_removed' | 'role'> | undefined {
  const member = Object.hasOwn(state.members, memberId) ? state.members[memberId] : undefined;
  if (!member) return 'member_removed';
  if (member.status !== 'active') return `member_${member.status}`;
  return right.roles.includes(member.role) ? undefined : 'role';
}
