import { Role } from '../access/roles';
import { sameDigest } from '../access/same-digest';
import { accept, acceptNothing, Decider, Decision, refuse, Refusal } from '../shared/decider';
import { UploadLink, UploadLinkEvent } from './events';

/** What somebody shows who would upload by a link. */
export interface ShownSecret {
  /** Hash of the secret that was shown. */
  secretSha256: string;
  /** When the upload began, ISO 8601, UTC: one that began in time is not too late for being big. */
  now: string;
}

export type UploadLinkCommand =
  | { type: 'IssueUploadLink'; link: UploadLink }
  | ({ type: 'UseUploadLink'; recordingId: string; duplicate: boolean } & ShownSecret)
  | { type: 'RevokeUploadLink'; by: { owner: string; memberId: string; role: Role } };

export interface UploadLinkState {
  /** Null until it is issued. */
  link: UploadLink | null;
  use: { recordingId: string; duplicate: boolean } | null;
  revoked: boolean;
}

export type UploadLinkRefusal = Refusal<
  'link_not_found' | 'link_used' | 'link_expired' | 'link_revoked' | 'link_exists'
>;
type UploadLinkDecision = Decision<UploadLinkEvent, UploadLinkRefusal>;
type CommandOf<Type extends UploadLinkCommand['type']> = Extract<UploadLinkCommand, { type: Type }>;

/** A link by which one recording comes in, sent by somebody who is no member. */
export const uploadLinkDecider: Decider<
  UploadLinkState,
  UploadLinkCommand,
  UploadLinkEvent,
  UploadLinkRefusal
> = {
  category: 'uploadlink',
  initial: { link: null, use: null, revoked: false },
  decide(state, command) {
    switch (command.type) {
      case 'IssueUploadLink':
        return state.link
          ? refuse('link_exists', 'There is a link of this id. Make another.')
          : accept({ type: 'UploadLinkIssued', data: command.link });
      case 'UseUploadLink':
        return use(state, command);
      case 'RevokeUploadLink':
        return revoke(state, command);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'UploadLinkIssued':
        return { ...state, link: event.data };
      case 'UploadLinkUsed': {
        const { recordingId, duplicate } = event.data;
        return { ...state, use: { recordingId, duplicate } };
      }
      case 'UploadLinkRevoked':
        return { ...state, revoked: true };
    }
  },
};

/**
 * Why a link lets nobody upload; undefined: it does. A wrong secret is answered like an unknown link: nothing is told to
 * whoever guesses.
 */
export function refusalOfUploadLink(
  { link, use, revoked }: UploadLinkState,
  { secretSha256, now }: ShownSecret,
): UploadLinkRefusal | undefined {
  const matches = sameDigest(link?.secretSha256 ?? '0'.repeat(64), secretSha256);
  if (!link || !matches) {
    return { code: 'link_not_found', message: 'There is no such upload link. Copy the whole link.' };
  }
  if (revoked) return { code: 'link_revoked', message: 'This link was taken back. Ask for a new one.' };
  if (use) return LINK_USED;
  if (link.expiresAt <= now) {
    return { code: 'link_expired', message: 'This link has expired. Ask for a new one.' };
  }
  return undefined;
}

export const LINK_USED = {
  code: 'link_used' as const,
  message: 'This link has been used; each takes one recording. Ask for a new one.',
};

/**
 * The audio that a link was used for may come again: its sender may not have learned the outcome, an upload may have died
 * before its recording was made, or the recording may have lost its audio. Any other audio is refused.
 */
function use(state: UploadLinkState, command: CommandOf<'UseUploadLink'>): UploadLinkDecision {
  const { recordingId, duplicate } = command;
  const isSame = state.use?.recordingId === recordingId;
  const refusal = refusalOfUploadLink(isSame ? { ...state, use: null } : state, command);
  if (refusal) return refuse(refusal.code, refusal.message);
  if (!state.link || isSame) return acceptNothing();
  const { linkId } = state.link;
  return accept({ type: 'UploadLinkUsed', data: { linkId, recordingId, duplicate } });
}

/** Everybody takes back their own; owners and admins those of all. Those of others are not there for anybody else. */
function revoke(
  { link, use, revoked }: UploadLinkState,
  { by }: CommandOf<'RevokeUploadLink'>,
): UploadLinkDecision {
  const manages = by.role === 'owner' || by.role === 'admin';
  if (link?.owner !== by.owner || !(manages || link.memberId === by.memberId)) {
    return refuse('link_not_found', 'There is no such upload link.');
  }
  if (use) return refuse(LINK_USED.code, 'This link has been used already.');
  return revoked ? acceptNothing() : accept({ type: 'UploadLinkRevoked', data: { linkId: link.linkId } });
}
