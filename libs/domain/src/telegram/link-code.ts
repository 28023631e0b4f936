import { z } from 'zod';
import { sameDigest } from '../access/same-digest';
import { accept, Decider, refuse, Refusal } from '../shared/decider';
import { defineEvent, EventOf } from '../shared/event-definition';
import { sha256 } from '../shared/values';

/** A member asked for a code by which a Telegram account becomes theirs. Only the hash of its secret is recorded. */
export const TelegramCodeIssued = defineEvent(
  'TelegramCodeIssued',
  z.object({
    codeId: z.uuid(),
    ownerId: z.uuid(),
    memberId: z.uuid(),
    secretSha256: sha256,
    expiresAt: z.iso.datetime(),
  }),
);

export const TelegramCodeUsed = defineEvent(
  'TelegramCodeUsed',
  z.object({ codeId: z.uuid(), ownerId: z.uuid(), memberId: z.uuid(), accountId: z.uuid() }),
);

export const TELEGRAM_CODE_EVENTS = [TelegramCodeIssued, TelegramCodeUsed] as const;
export type TelegramCodeEvent = EventOf<(typeof TELEGRAM_CODE_EVENTS)[number]>;

export type TelegramCodeCommand =
  | {
      type: 'IssueTelegramCode';
      codeId: string;
      ownerId: string;
      memberId: string;
      secretSha256: string;
      /** ISO 8601, UTC, like `now`. */
      expiresAt: string;
    }
  | { type: 'UseTelegramCode'; secretSha256: string; accountId: string; now: string };

export type TelegramCodeState =
  | { phase: 'absent' }
  | {
      phase: 'issued';
      codeId: string;
      ownerId: string;
      memberId: string;
      secretSha256: string;
      expiresAt: string;
      usedBy: string | null;
    };

export type TelegramCodeRefusal = Refusal<'code_not_found' | 'code_used' | 'code_expired' | 'code_exists'>;

/** A code is good for one account, once. */
export const telegramCodeDecider: Decider<
  TelegramCodeState,
  TelegramCodeCommand,
  TelegramCodeEvent,
  TelegramCodeRefusal
> = {
  category: 'telegramcode',
  initial: { phase: 'absent' },
  decide(state, command) {
    if (command.type === 'IssueTelegramCode') {
      if (state.phase !== 'absent') return refuse('code_exists', 'There is such a code already.');
      const { type: _, ...data } = command;
      return accept({ type: 'TelegramCodeIssued', data });
    }
    // A wrong secret is answered like an unknown code: nothing is told to whoever guesses.
    if (state.phase === 'absent' || !sameDigest(state.secretSha256, command.secretSha256)) {
      return refuse('code_not_found', 'There is no such code. Copy the whole link.');
    }
    if (state.usedBy !== null) return refuse('code_used', 'This code has been used. Ask for a new one.');
    if (state.expiresAt <= command.now)
      return refuse('code_expired', 'This code has expired. Ask for a new one.');
    const { codeId, ownerId, memberId } = state;
    return accept({
      type: 'TelegramCodeUsed',
      data: { codeId, ownerId, memberId, accountId: command.accountId },
    });
  },
  evolve(state, event) {
    if (event.type === 'TelegramCodeIssued') return { phase: 'issued', ...event.data, usedBy: null };
    return state.phase === 'issued' ? { ...state, usedBy: event.data.accountId } : state;
  },
};
