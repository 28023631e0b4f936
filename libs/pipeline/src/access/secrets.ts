import { createHash, randomBytes } from 'node:crypto';

/**
 * Secrets have 256 random bits: a plain hash of one cannot be searched, and costs nothing on every request. Only the
 * hash is recorded.
 */
export interface MadeSecret {
  secret: string;
  /** Lower-case hex. */
  secretSha256: string;
}

export function makeSecret(): MadeSecret {
  const secret = randomBytes(32).toString('hex');
  return { secret, secretSha256: hashSecret(secret) };
}

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

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

function toUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
