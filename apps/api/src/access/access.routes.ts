import { z } from 'zod';
import {
  after,
  cursor,
  EXAMPLE,
  idParameter,
  limit,
  next,
  notModified,
  pendingAnswer,
  recordedAnswer,
} from '../contract/common';
import { AnswerSpec, defineRoute, ParameterSpec } from '../contract/route';
import {
  acceptance,
  accepted,
  accessEvent,
  apiKey,
  invitation,
  issuedApiKey,
  issuedInvitation,
  me,
  member,
  memberChange,
  newApiKey,
  newInvitation,
  rotatedApiKey,
  rotation,
  workspace,
  workspaceChange,
} from './access.schemas';

const tag = 'access';
const json = 'application/json';
const { id, otherId, position, moment } = EXAMPLE;
const KEY_ID = '3f2a9c0d1e4b5a6f70';
const SECRET = '…';
const memberParams = { id: idParameter('Id of the member.') };
const invitationParams = { id: idParameter('Id of the invitation.') };
const keyParams: Record<string, ParameterSpec> = {
  id: {
    description: 'Id of the key: what stands between the first and the second "_" of it.',
    schema: z.string(),
    example: KEY_ID,
  },
};

const answer = (status: number, description: string, schema: z.ZodType, example: unknown): AnswerSpec => ({
  ...{ status, description },
  content: [{ type: json, schema, example }],
});

const OWN_WORKSPACE = { id, name: 'Hotel Inspectors' };
const WORKSPACE = { ...OWN_WORKSPACE, channels: 'mixed' };
const MEMBER = { id: otherId, name: 'Bea', role: 'analyst', status: 'active', joinedAt: moment };

export const getMe = defineRoute({
  ...{ method: 'GET', path: '/v1/me', tag, operationId: 'getMe' },
  summary: 'Who you are here, and what your key may do.',
  answers: [
    answer(200, 'You.', me, {
      ...{
        workspace: OWN_WORKSPACE,
        memberId: otherId,
        name: 'Bea',
        role: 'analyst',
        keyId: KEY_ID,
        scopes: null,
      },
    }),
    notModified,
  ],
  problems: [],
});

export const getWorkspace = defineRoute({
  ...{ method: 'GET', path: '/v1/workspace', tag, operationId: 'getWorkspace' },
  summary: 'Your workspace.',
  answers: [answer(200, 'The workspace.', workspace, WORKSPACE), notModified],
  problems: [],
});

export const changeWorkspace = defineRoute({
  ...{ method: 'PATCH', path: '/v1/workspace', tag, operationId: 'changeWorkspace' },
  summary: 'Rename your workspace, or choose how the channels of its recordings are transcribed by default.',
  body: { type: json, schema: workspaceChange, example: { name: 'Hotel Inspectors', channels: 'separate' } },
  answers: [recordedAnswer(200, 'Changed.')],
  problems: [],
});

export const listMembers = defineRoute({
  ...{ method: 'GET', path: '/v1/members', tag, operationId: 'listMembers' },
  summary: 'Members in the order they came, those who left included: the trail names them.',
  query: z.strictObject({ limit, cursor, after }),
  answers: [
    answer(200, 'A page.', z.object({ members: z.array(member), next }).meta({ id: 'MembersPage' }), {
      ...{ members: [MEMBER], next: null },
    }),
    pendingAnswer,
    notModified,
  ],
  problems: [],
});

export const changeMember = defineRoute({
  ...{ method: 'PATCH', path: '/v1/members/:id', tag, operationId: 'changeMember' },
  summary: 'Give a member another role.',
  description: 'Only owners make and unmake owners.',
  params: memberParams,
  body: { type: json, schema: memberChange, example: { role: 'auditor' } },
  answers: [recordedAnswer(200, 'Changed.')],
  problems: ['last-owner'],
});

export const blockMember = defineRoute({
  ...{ method: 'POST', path: '/v1/members/:id/block', tag, operationId: 'blockMember' },
  summary: 'Keep a member out, at once, until they are restored.',
  params: memberParams,
  idempotency: 'answer',
  answers: [recordedAnswer(200, 'Blocked.')],
  problems: ['last-owner'],
});

export const restoreMember = defineRoute({
  ...{ method: 'POST', path: '/v1/members/:id/restore', tag, operationId: 'restoreMember' },
  summary: 'Let a blocked member in again.',
  params: memberParams,
  idempotency: 'answer',
  answers: [recordedAnswer(200, 'Restored.')],
  problems: [],
});

export const removeMember = defineRoute({
  ...{ method: 'DELETE', path: '/v1/members/:id', tag, operationId: 'removeMember' },
  summary: 'Remove a member for good, or leave.',
  params: memberParams,
  query: z.strictObject({
    eraseName: z.enum(['true', 'false']).default('false').meta({
      description: 'true: nobody reads their name any more, not even in the trail.',
      example: 'false',
    }),
  }),
  answers: [recordedAnswer(200, 'Removed.')],
  problems: ['last-owner'],
});

export const listInvitations = defineRoute({
  ...{ method: 'GET', path: '/v1/invitations', tag, operationId: 'listInvitations' },
  summary: 'Invitations, newest first.',
  query: z.strictObject({ limit, cursor, after }),
  answers: [
    answer(
      200,
      'A page.',
      z.object({ invitations: z.array(invitation), next }).meta({ id: 'InvitationsPage' }),
      {
        invitations: [
          {
            ...{ id: otherId, role: 'analyst', status: 'open', invitedAt: moment, invitedBy: id },
            ...{ expiresAt: moment, memberId: null },
          },
        ],
        next: null,
      },
    ),
    pendingAnswer,
    notModified,
  ],
  problems: [],
});

export const inviteMember = defineRoute({
  ...{ method: 'POST', path: '/v1/invitations', tag, operationId: 'inviteMember' },
  summary: 'Invite one person, by a link that works once.',
  idempotency: 'answer',
  body: { type: json, schema: newInvitation, example: { role: 'analyst', validHours: 72 } },
  answers: [
    answer(201, 'The invitation, with its link, which is shown this once.', issuedInvitation, {
      ...{ id: otherId, role: 'analyst', expiresAt: moment, token: `voxinv_${SECRET}` },
      ...{ link: `https://vox.example.com/join#voxinv_${SECRET}`, telegramLink: null, position },
    }),
  ],
  problems: ['limit-reached', 'answer-lost'],
});

export const revokeInvitation = defineRoute({
  ...{ method: 'DELETE', path: '/v1/invitations/:id', tag, operationId: 'revokeInvitation' },
  summary: 'Take an invitation back.',
  params: invitationParams,
  answers: [recordedAnswer(200, 'Taken back.')],
  problems: ['invitation-not-found', 'invitation-used'],
});

export const acceptInvitation = defineRoute({
  ...{ method: 'POST', path: '/v1/invitations/accept', tag, operationId: 'acceptInvitation' },
  summary: 'Become a member. Whoever holds the token may; it works once.',
  description:
    'Send a random Idempotency-Key and keep it to yourself: the same request gives the same API key again if its answer ' +
    'was lost. Without one, a repeated request is answered `invitation-used`.',
  idempotency: 'answer',
  body: { type: json, schema: acceptance, example: { token: `voxinv_${SECRET}`, name: 'Bea' } },
  answers: [
    answer(201, 'You are a member, and this is your key.', accepted, {
      ...{ workspace: WORKSPACE, memberId: otherId, role: 'analyst', keyId: KEY_ID },
      ...{ apiKey: `vox_${KEY_ID}_${SECRET}`, position },
    }),
  ],
  problems: [
    'invitation-not-found',
    'invitation-used',
    'invitation-expired',
    'invitation-revoked',
    'limit-reached',
    'answer-lost',
  ],
});

const KEY = {
  ...{ id: KEY_ID, memberId: otherId, label: 'nightly import', scopes: ['recordings:write'] },
  ...{ createdAt: moment, expiresAt: null, revokedAt: null, replacedBy: null, lastUsedAt: moment },
};

export const listKeys = defineRoute({
  ...{ method: 'GET', path: '/v1/keys', tag, operationId: 'listKeys' },
  summary: 'API keys, newest first: your own; owners and admins see all, auditors too.',
  query: z.strictObject({ limit, cursor, after }),
  answers: [
    answer(200, 'A page.', z.object({ keys: z.array(apiKey), next }).meta({ id: 'ApiKeysPage' }), {
      ...{ keys: [KEY], next: null },
    }),
    pendingAnswer,
    notModified,
  ],
  problems: [],
});

export const issueKey = defineRoute({
  ...{ method: 'POST', path: '/v1/keys', tag, operationId: 'issueKey' },
  summary: 'Make a key for yourself.',
  description: 'A key that is limited makes none that may do more, or lives longer, than itself.',
  idempotency: 'answer',
  body: {
    ...{ type: json, schema: newApiKey },
    example: { label: 'nightly import', scopes: ['recordings:write'], expiresAt: null },
  },
  answers: [
    answer(201, 'The key, which is shown this once.', issuedApiKey, {
      ...{ id: KEY_ID, apiKey: `vox_${KEY_ID}_${SECRET}`, position },
    }),
  ],
  problems: ['key-too-wide', 'limit-reached', 'answer-lost'],
});

export const rotateKey = defineRoute({
  ...{ method: 'POST', path: '/v1/keys/:id/rotate', tag, operationId: 'rotateKey' },
  summary: 'Put a new key in the place of one of yours.',
  description:
    'A key that replaces itself can repeat this request, should its answer be lost, only while `graceSeconds` last.',
  params: keyParams,
  idempotency: 'answer',
  body: { type: json, schema: rotation, example: { graceSeconds: 86_400 } },
  answers: [
    answer(201, 'The new key, which is shown this once, and how long the old one goes on.', rotatedApiKey, {
      ...{ id: '77aa0d1e4b5a6f7055', apiKey: `vox_77aa0d1e4b5a6f7055_${SECRET}`, position },
      replaces: { id: KEY_ID, validUntil: moment },
    }),
  ],
  problems: ['key-not-active', 'key-too-wide', 'answer-lost'],
});

export const revokeKey = defineRoute({
  ...{ method: 'DELETE', path: '/v1/keys/:id', tag, operationId: 'revokeKey' },
  summary: 'Revoke a key; it stops working at once.',
  params: keyParams,
  answers: [recordedAnswer(200, 'Revoked.')],
  problems: [],
});

export const listAccessEvents = defineRoute({
  ...{ method: 'GET', path: '/v1/access/events', tag, operationId: 'listAccessEvents' },
  summary: 'The trail of the workspace, newest first: members, invitations, keys, and who was refused what.',
  query: z.strictObject({
    limit,
    cursor,
    type: z
      .string()
      .regex(/^[A-Za-z]{1,60}$/, 'must be the name of an event type')
      .optional()
      .meta({ description: 'Only events of this type.', example: 'AccessDenied' }),
    after,
  }),
  answers: [
    answer(
      200,
      'A page.',
      z.object({ events: z.array(accessEvent), next }).meta({ id: 'AccessEventsPage' }),
      {
        events: [
          {
            ...{
              id: otherId,
              type: 'MemberBlocked',
              position: '1234',
              recordedAt: moment,
              correlationId: id,
            },
            actor: { kind: 'api-key', id: KEY_ID, owner: id, member: otherId },
            data: { ownerId: id, memberId: otherId },
          },
        ],
        next: null,
      },
    ),
    pendingAnswer,
    notModified,
  ],
  problems: [],
});

export const ACCESS_ROUTES = [
  getMe,
  getWorkspace,
  changeWorkspace,
  listMembers,
  changeMember,
  blockMember,
  restoreMember,
  removeMember,
  listInvitations,
  inviteMember,
  revokeInvitation,
  acceptInvitation,
  listKeys,
  issueKey,
  rotateKey,
  revokeKey,
  listAccessEvents,
] as const;
