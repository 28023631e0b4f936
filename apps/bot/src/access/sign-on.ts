import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  CommandRefused,
  parseInvitation,
  parseTelegramCode,
  parseTelegramInvitation,
  TelegramAccounts,
} from '@voxpersona/pipeline';
import { FindInvitationOwner } from '@voxpersona/projections';
import { setTimeout as sleep } from 'node:timers/promises';

/** How an attempt to come in ended; the names are those of texts. */
export type SignOnOutcome =
  | 'invitation-accepted'
  | 'code-linked'
  | 'already-member'
  | 'linked-elsewhere'
  | 'invitation-used'
  | 'invitation-expired'
  | 'invitation-revoked'
  | 'link-unknown'
  | 'code-used'
  | 'code-expired'
  | 'workspace-full';

const OUTCOME_OF: Readonly<Record<string, SignOnOutcome>> = {
  invitation_used: 'invitation-used',
  invitation_expired: 'invitation-expired',
  invitation_revoked: 'invitation-revoked',
  invitation_not_found: 'link-unknown',
  workspace_not_found: 'link-unknown',
  code_not_found: 'link-unknown',
  code_used: 'code-used',
  code_expired: 'code-expired',
  too_many: 'workspace-full',
};

/** An invitation that was made a moment ago is known to the read model soon. */
const LOOKS = 10;
const LOOK_PAUSE_MS = 100;

/** Lets in by what a link of the bot carries: an invitation, or a code of a member's own. */
@Injectable()
export class SignOn {
  constructor(
    private readonly accounts: TelegramAccounts,
    private readonly queries: QueryBus,
  ) {}

  /**
   * @param name how the others will know a new member
   * @returns undefined where the text is no link of ours at all
   */
  async by(shown: string, who: { telegramUserId: number; name: string }): Promise<SignOnOutcome | undefined> {
    try {
      const caller = await this.accounts.find(who.telegramUserId);
      const code = parseTelegramCode(shown);
      if (code) {
        // Shown again, or the update came again: it is so already.
        if (caller.kind === 'member' && (await this.accounts.cameBy(caller.member, code)))
          return 'code-linked';
        // Whoever sends a link must not make somebody else's account act for them.
        if (caller.kind !== 'unknown') return 'linked-elsewhere';
        await this.accounts.useCode(who.telegramUserId, code);
        return 'code-linked';
      }
      const long = parseInvitation(shown);
      const short = long ?? parseTelegramInvitation(shown);
      if (!short) return undefined;
      if (caller.kind === 'member' && (await this.accounts.cameBy(caller.member, short))) {
        return 'invitation-accepted';
      }
      const ownerId = long?.ownerId ?? (await this.ownerOf(short.invitationId));
      if (ownerId === null) return 'link-unknown';
      if (caller.kind === 'member' && caller.member.ownerId === ownerId) return 'already-member';
      if (caller.kind !== 'unknown') return 'linked-elsewhere';
      const { invitationId, secret } = short;
      const invitation = { ownerId, invitationId, secret };
      await this.accounts.acceptInvitation(who.telegramUserId, who.name, invitation);
      return 'invitation-accepted';
    } catch (error) {
      const outcome = error instanceof CommandRefused ? OUTCOME_OF[error.refusal.code] : undefined;
      if (!outcome) throw error;
      return outcome;
    }
  }

  private async ownerOf(invitationId: string): Promise<string | null> {
    for (let look = 1; ; look += 1) {
      const owner = await this.queries.execute(new FindInvitationOwner(invitationId));
      if (owner !== null || look >= LOOKS) return owner;
      await sleep(LOOK_PAUSE_MS);
    }
  }
}
