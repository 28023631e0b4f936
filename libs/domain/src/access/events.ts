import { z } from 'zod';
import { channelMode } from '../shared/channels';
import { defineEvent, EventOf } from '../shared/event-definition';
import { deriveId } from '../shared/ids';
import { personal } from '../shared/personal';
import { sha256 } from '../shared/values';
import { role, scope } from './roles';

/** Id of the workspace. Recordings name it in `owner`: the events are older than the word workspace. */
const ownerId = z.uuid();
const memberId = z.uuid();
const invitationId = z.uuid();
const keyId = z.string().min(1);
/** ISO 8601, UTC. */
const moment = z.iso.datetime();

/** A workspace begins, with a founder who is its first owner. The name is chosen by the operator. */
export const OwnerRegistered = defineEvent(
  'OwnerRegistered',
  z.object({ ownerId, name: z.string().min(1), founderId: memberId }),
  { version: 2, upcasters: { 1: (data) => ({ ...data, founderId: founderIdOf(String(data.ownerId)) }) } },
);

export const WorkspaceRenamed = defineEvent(
  'WorkspaceRenamed',
  z.object({ ownerId, name: z.string().min(1) }),
);

/** What recordings get whose upload does not say. Before the first one, channels are mixed. */
export const WorkspaceDefaultsChanged = defineEvent(
  'WorkspaceDefaultsChanged',
  z.object({ ownerId, channels: channelMode }),
);

export const InvitationIssued = defineEvent(
  'InvitationIssued',
  z.object({
    ownerId,
    invitationId,
    role,
    /** Only the hash of the link's secret is recorded. */
    secretSha256: sha256,
    expiresAt: moment,
    /** Null: the operator. */
    invitedBy: memberId.nullable(),
  }),
);

export const InvitationRevoked = defineEvent('InvitationRevoked', z.object({ ownerId, invitationId }));

export const InvitationAccepted = defineEvent(
  'InvitationAccepted',
  z.object({ ownerId, invitationId, memberId }),
);

export const MemberJoined = defineEvent(
  'MemberJoined',
  z.object({ ownerId, memberId, role, invitationId, name: personal(z.string().min(1)) }),
);

export const MemberRoleChanged = defineEvent('MemberRoleChanged', z.object({ ownerId, memberId, role }));

/** Their keys let nobody in until they are restored. */
export const MemberBlocked = defineEvent('MemberBlocked', z.object({ ownerId, memberId }));

export const MemberRestored = defineEvent('MemberRestored', z.object({ ownerId, memberId }));

/** For good: who comes back is invited anew. `nameErased`: the key of their name is destroyed too. */
export const MemberRemoved = defineEvent(
  'MemberRemoved',
  z.object({ ownerId, memberId, nameErased: z.boolean() }),
);

/** Only the hash of the key's secret is recorded; the secret is shown once and never kept. */
export const ApiKeyIssued = defineEvent(
  'ApiKeyIssued',
  z.object({
    ownerId,
    keyId,
    /** Whom the key acts for. */
    memberId,
    label: z.string(),
    secretSha256: sha256,
    /** What the key is limited to; null: all that its member may do. */
    scopes: z.array(scope).min(1).nullable(),
    /** Null: it does not end by itself. */
    expiresAt: moment.nullable(),
  }),
  { version: 2, upcasters: { 1: keyOfTheFounder } },
);

export const ApiKeyRevoked = defineEvent('ApiKeyRevoked', z.object({ ownerId, keyId }));

/** Another key has taken its place; it works on until then, so that whoever uses it has time to change over. */
export const ApiKeyRotated = defineEvent(
  'ApiKeyRotated',
  z.object({ ownerId, keyId, replacedBy: keyId, validUntil: moment }),
);

export const WORKSPACE_EVENTS = [
  OwnerRegistered,
  WorkspaceRenamed,
  WorkspaceDefaultsChanged,
  InvitationIssued,
  InvitationRevoked,
  InvitationAccepted,
  MemberJoined,
  MemberRoleChanged,
  MemberBlocked,
  MemberRestored,
  MemberRemoved,
  ApiKeyIssued,
  ApiKeyRevoked,
  ApiKeyRotated,
] as const;
export type WorkspaceEvent = EventOf<(typeof WORKSPACE_EVENTS)[number]>;

/** Id of the member that a workspace begins with. */
export function founderIdOf(ownerId: string): string {
  return deriveId('founder', ownerId);
}

/** Before version 2 a workspace had no members: every key acted for all of it, as its founder does now. */
function keyOfTheFounder(data: Record<string, unknown>): Record<string, unknown> {
  return { ...data, memberId: founderIdOf(String(data.ownerId)), scopes: null, expiresAt: null };
}
