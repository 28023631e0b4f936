import { CHANNEL_MODES, ROLES, SCOPES } from '@voxpersona/domain';
import { z } from 'zod';
import { moment, position } from '../contract/common';

export const roleField = z.enum(ROLES).meta({ id: 'Role' });
export const scopeField = z.enum(SCOPES).meta({ id: 'Scope' });
const scopes = z
  .array(scopeField)
  .min(1)
  .nullable()
  .meta({ description: 'What the key is limited to; null: all that its member may do.' });

export const me = z
  .object({
    workspace: z.object({ id: z.uuid(), name: z.string() }),
    memberId: z.uuid(),
    name: z.string().nullable(),
    role: roleField,
    keyId: z.string(),
    scopes,
  })
  .meta({ id: 'Me' });

const channels = z
  .enum(CHANNEL_MODES)
  .meta({ description: 'How recordings are transcribed whose upload does not give `channels`.' });

export const workspace = z.object({ id: z.uuid(), name: z.string(), channels }).meta({ id: 'Workspace' });
export const workspaceChange = z
  .strictObject({ name: z.string().trim().min(1).max(200).optional(), channels: channels.optional() })
  .refine(({ name, channels }) => name !== undefined || channels !== undefined, 'give name, channels or both')
  .meta({ id: 'WorkspaceChange' });

export const member = z
  .object({
    id: z.uuid(),
    name: z.string().nullable().meta({ description: 'Null for the founder, and once it was erased.' }),
    role: roleField,
    status: z.enum(['active', 'blocked', 'removed']),
    joinedAt: moment,
  })
  .meta({ id: 'Member' });
export const memberChange = z.strictObject({ role: roleField }).meta({ id: 'MemberChange' });

export const invitation = z
  .object({
    id: z.uuid(),
    role: roleField,
    status: z.enum(['open', 'accepted', 'revoked', 'expired']),
    invitedAt: moment,
    invitedBy: z.uuid().nullable().meta({ description: 'The member who invited; null: the operator.' }),
    expiresAt: moment,
    memberId: z.uuid().nullable().meta({ description: 'The member whom it let in.' }),
  })
  .meta({ id: 'Invitation' });

export const newInvitation = z
  .strictObject({
    role: roleField,
    validHours: z
      .number()
      .int()
      .min(1)
      .max(24 * 30)
      .default(72),
  })
  .meta({ id: 'NewInvitation' });

export const issuedInvitation = z
  .object({
    id: z.uuid(),
    role: roleField,
    expiresAt: moment,
    token: z.string().meta({ description: 'Lets in one person. Shown this once.' }),
    link: z.string().meta({ description: 'A page of this server that takes the token. Shown this once.' }),
    telegramLink: z
      .string()
      .nullable()
      .meta({ description: 'Opens the Telegram bot with it; null where there is none. Shown this once.' }),
    position,
  })
  .meta({ id: 'IssuedInvitation' });

export const acceptance = z
  .strictObject({
    token: z.string().min(1).max(300),
    name: z.string().trim().min(1).max(200).meta({ description: 'How the others will know you.' }),
  })
  .meta({ id: 'InvitationAcceptance' });

export const accepted = z
  .object({
    workspace,
    memberId: z.uuid(),
    role: roleField,
    keyId: z.string(),
    apiKey: z.string().meta({ description: 'Shown this once.' }),
    position,
  })
  .meta({ id: 'AcceptedInvitation' });

export const apiKey = z
  .object({
    id: z.string(),
    memberId: z.uuid(),
    label: z.string(),
    scopes,
    createdAt: moment,
    expiresAt: moment.nullable(),
    revokedAt: moment.nullable(),
    replacedBy: z.string().nullable().meta({ description: 'Id of the key that it was rotated to.' }),
    lastUsedAt: moment.nullable().meta({ description: 'Exact to a minute.' }),
  })
  .meta({ id: 'ApiKey' });

export const newApiKey = z
  .strictObject({
    label: z.string().trim().max(200).default(''),
    scopes: z.array(scopeField).min(1).max(SCOPES.length).nullable().default(null),
    expiresAt: moment.nullable().default(null).meta({ description: 'Null: it does not end by itself.' }),
  })
  .meta({ id: 'NewApiKey' });

export const issuedApiKey = z
  .object({ id: z.string(), apiKey: z.string().meta({ description: 'Shown this once.' }), position })
  .meta({ id: 'IssuedApiKey' });

export const rotation = z
  .strictObject({
    graceSeconds: z
      .number()
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(86_400)
      .meta({ description: 'How long the old key goes on working.' }),
  })
  .meta({ id: 'KeyRotation' });

export const rotatedApiKey = z
  .object({
    ...issuedApiKey.shape,
    replaces: z.object({ id: z.string(), validUntil: moment }),
  })
  .meta({ id: 'RotatedApiKey' });

export const accessEvent = z
  .object({
    id: z.uuid(),
    type: z.string(),
    position: z.string().meta({ description: 'Place in the whole log, digits.' }),
    recordedAt: moment,
    actor: z.looseObject({ kind: z.string(), id: z.string() }),
    correlationId: z.string().meta({ description: 'Id of the request that led to it.' }),
    data: z.looseObject({}),
  })
  .meta({ id: 'AccessEvent' });
