import { createHash } from 'node:crypto';

/** A secret has 240 bits or more: a plain hash of it cannot be reversed by search, and is cheap on every request. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Of an invitation, without the zero byte at its end; see `IssuedSecrets`. */
const TELEGRAM_SECRET_BYTES = 31;
const CODE_SECRET_BYTES = 30;

export interface ApiKeyParts {
  keyId: string;
  secret: string;
}

const API_KEY = /^vox_([0-9a-f]{1,64})_([0-9a-f]{1,128})$/i;

export function formatApiKey({ keyId, secret }: ApiKeyParts): string {
  return `vox_${keyId}_${secret}`;
}

/** Undefined for what cannot be a key of ours. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const [, keyId, secret] = API_KEY.exec(text) ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
}

export interface InvitationParts {
  ownerId: string;
  invitationId: string;
  secret: string;
}

const INVITATION = /^voxinv_([0-9a-f]{32})_([0-9a-f]{32})_([0-9a-f]{64})$/;

/** What an invitation's link ends with. It names the workspace, so that nothing has to be looked up by a secret. */
export function formatInvitation({ ownerId, invitationId, secret }: InvitationParts): string {
  return `voxinv_${ownerId.replaceAll('-', '')}_${invitationId.replaceAll('-', '')}_${secret}`;
}

/** Undefined for what cannot be an invitation of ours. */
export function parseInvitation(text: string): InvitationParts | undefined {
  const [, owner, invitation, secret] = INVITATION.exec(text) ?? [];
  if (owner === undefined || invitation === undefined || secret === undefined) return undefined;
  return { ownerId: toUuid(owner), invitationId: toUuid(invitation), secret };
}

export interface UploadLinkParts {
  linkId: string;
  secret: string;
}

const UPLOAD_LINK = /^voxup_([0-9a-f]{32})_([0-9a-f]{64})$/;

/** What an upload link ends with. */
export function formatUploadLink({ linkId, secret }: UploadLinkParts): string {
  return `voxup_${linkId.replaceAll('-', '')}_${secret}`;
}

/** Undefined for what cannot be an upload link of ours. */
export function parseUploadLink(text: string): UploadLinkParts | undefined {
  const [, link, secret] = UPLOAD_LINK.exec(text) ?? [];
  return link === undefined || secret === undefined ? undefined : { linkId: toUuid(link), secret };
}

/** Who was invited, without the workspace, which is looked up. */
export type TelegramInvitation = Omit<InvitationParts, 'ownerId'>;

/** What starts the bot with an invitation; undefined for one from before they fitted. */
export function formatTelegramInvitation({ invitationId, secret }: TelegramInvitation): string | undefined {
  const bytes = Buffer.from(secret, 'hex');
  if (bytes.length !== TELEGRAM_SECRET_BYTES + 1 || bytes.at(-1) !== 0) return undefined;
  return `i${withId(invitationId, bytes.subarray(0, -1))}`;
}

/** Undefined for what cannot be an invitation of ours. */
export function parseTelegramInvitation(text: string): TelegramInvitation | undefined {
  const parts = text.startsWith('i') ? splitId(text.slice(1), TELEGRAM_SECRET_BYTES) : undefined;
  return parts && { invitationId: parts.id, secret: `${parts.secret.toString('hex')}00` };
}

export interface TelegramCodeParts {
  codeId: string;
  secret: string;
}

export function formatTelegramCode({ codeId, secret }: TelegramCodeParts): string {
  return `c${withId(codeId, Buffer.from(secret, 'hex'))}`;
}

/** Undefined for what cannot be a code of ours. */
export function parseTelegramCode(text: string): TelegramCodeParts | undefined {
  const parts = text.startsWith('c') ? splitId(text.slice(1), CODE_SECRET_BYTES) : undefined;
  return parts && { codeId: parts.id, secret: parts.secret.toString('hex') };
}

function withId(id: string, secret: Buffer): string {
  return Buffer.concat([Buffer.from(id.replaceAll('-', ''), 'hex'), secret]).toString('base64url');
}

function splitId(text: string, secretBytes: number): { id: string; secret: Buffer } | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Decoding is lenient: what does not read the same back was something else.
  if (bytes.length !== 16 + secretBytes || bytes.toString('base64url') !== text) return undefined;
  return { id: toUuid(bytes.subarray(0, 16).toString('hex')), secret: bytes.subarray(16) };
}

function toUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
