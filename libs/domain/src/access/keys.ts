import { accept, acceptNothing, refuse } from '../shared/decider';
import { Authority, NewApiKey, WorkspaceCommand } from './commands';
import {
  activeMember,
  keyIssued,
  mayManage,
  notAllowed,
  RegisteredWorkspace,
  WorkspaceDecision,
} from './rules';
import { ApiKeyState, WorkspaceState } from './state';

const MAX_KEYS_OF_A_MEMBER = 50;

type CommandOf<Type extends WorkspaceCommand['type']> = Extract<WorkspaceCommand, { type: Type }>;

/** A member makes keys for themselves only: one made for another would let its maker act in the other's name. */
export function issueKey(
  state: RegisteredWorkspace,
  { by, memberId, key, now }: CommandOf<'IssueApiKey'>,
): WorkspaceDecision {
  if (!activeMember(state, memberId)) {
    return refuse('member_not_found', 'This workspace has no such active member.');
  }
  if (by.kind === 'member' && by.memberId !== memberId) return notAllowed();
  if (!Object.hasOwn(state.keys, key.keyId)) {
    const wide = widerThan(state, by, key);
    if (wide) return wide;
    const active = Object.values(state.keys).filter(
      (candidate) => candidate.memberId === memberId && isUsable(candidate, now),
    );
    if (active.length >= MAX_KEYS_OF_A_MEMBER) {
      return refuse('too_many', `You have ${MAX_KEYS_OF_A_MEMBER} keys. Revoke some first.`);
    }
    return accept(keyIssued(state.ownerId, memberId, key));
  }
  return refuse('key_exists', 'There is a key with this id.');
}

/** The replacement may do what the key may; the key itself goes on until `validUntil`, or its own end if sooner. */
export function rotateKey(
  state: RegisteredWorkspace,
  { by, keyId, replacement, validUntil, now }: CommandOf<'RotateApiKey'>,
): WorkspaceDecision {
  const key = state.keys[keyId];
  const isOwn = by.kind === 'operator' || key?.memberId === by.memberId;
  if (!key || !isOwn) return keyNotFound();
  if (!isUsable(key, now) || key.replacedBy !== null || !activeMember(state, key.memberId)) {
    return refuse('key_not_active', 'This key is revoked, expired or replaced already. Make a new one.');
  }
  if (Object.hasOwn(state.keys, replacement.keyId))
    return refuse('key_exists', 'There is a key with this id.');
  const wide = widerThan(state, by, replacement);
  if (wide) return wide;
  const { ownerId } = state;
  const until = key.expiresAt !== null && key.expiresAt < validUntil ? key.expiresAt : validUntil;
  return accept(keyIssued(ownerId, key.memberId, replacement), {
    type: 'ApiKeyRotated',
    data: { ownerId, keyId, replacedBy: replacement.keyId, validUntil: until },
  });
}

export function revokeKey(
  state: RegisteredWorkspace,
  { by, keyId }: CommandOf<'RevokeApiKey'>,
): WorkspaceDecision {
  const key = state.keys[keyId];
  const role = key && state.members[key.memberId]?.role;
  const isOwn = by.kind === 'member' && key?.memberId === by.memberId;
  // To whoever may not see others' keys, they are not there.
  if (!key || (!isOwn && !mayManage(state, by, role ?? 'analyst'))) return keyNotFound();
  if (key.revoked) return acceptNothing();
  return accept({ type: 'ApiKeyRevoked', data: { ownerId: state.ownerId, keyId } });
}

/** A key cannot make one that may do more, or lives longer, than itself. */
function widerThan(
  state: WorkspaceState,
  by: Authority,
  key: Pick<NewApiKey, 'scopes' | 'expiresAt'>,
): WorkspaceDecision | undefined {
  const maker = by.kind === 'member' ? state.keys[by.keyId] : undefined;
  if (!maker) return by.kind === 'operator' ? undefined : notAllowed();
  const { scopes, expiresAt } = maker;
  const wider = scopes !== null && (key.scopes === null || key.scopes.some((one) => !scopes.includes(one)));
  const longer = expiresAt !== null && (key.expiresAt === null || key.expiresAt > expiresAt);
  if (!wider && !longer) return undefined;
  return refuse('key_too_wide', 'A key cannot make another that may do more, or lives longer, than itself.');
}

/** Whether a key as such lets its member in; the member may still be blocked. */
export function isUsable(key: ApiKeyState, now: string): boolean {
  return !key.revoked && (key.expiresAt === null || key.expiresAt > now);
}

function keyNotFound(): WorkspaceDecision {
  return refuse('key_not_found', 'There is no such key of yours.');
}
