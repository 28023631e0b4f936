import { z } from 'zod';
import { accept, acceptNothing, Decider, Refusal } from '../shared/decider';
import { defineEvent, EventOf } from '../shared/event-definition';
import { personal } from '../shared/personal';

/** A Telegram account acts for a member from here on. One account acts for one member at a time. */
export const TelegramAccountLinked = defineEvent(
  'TelegramAccountLinked',
  z.object({
    accountId: z.uuid(),
    ownerId: z.uuid(),
    memberId: z.uuid(),
    /** How it was proven whose account it is. */
    by: z.enum(['invitation', 'code']),
    telegramUserId: personal(z.number().int()),
  }),
);

export const TelegramAccountUnlinked = defineEvent(
  'TelegramAccountUnlinked',
  z.object({ accountId: z.uuid(), ownerId: z.uuid(), memberId: z.uuid() }),
);

export const TELEGRAM_ACCOUNT_EVENTS = [TelegramAccountLinked, TelegramAccountUnlinked] as const;
export type TelegramAccountEvent = EventOf<(typeof TELEGRAM_ACCOUNT_EVENTS)[number]>;

export type TelegramAccountCommand =
  | {
      type: 'LinkTelegramAccount';
      accountId: string;
      ownerId: string;
      memberId: string;
      by: 'invitation' | 'code';
      telegramUserId: number;
    }
  | { type: 'UnlinkTelegramAccount' };

/** Whom an account acts for; null: nobody. */
export interface TelegramAccountState {
  linked: { accountId: string; ownerId: string; memberId: string } | null;
}

/** Whether the member may still do anything, only their workspace knows; it is asked at every step. */
export const telegramAccountDecider: Decider<
  TelegramAccountState,
  TelegramAccountCommand,
  TelegramAccountEvent,
  Refusal<never>
> = {
  category: 'telegramaccount',
  initial: { linked: null },
  decide({ linked }, command) {
    const unlinked: TelegramAccountEvent[] = linked
      ? [{ type: 'TelegramAccountUnlinked', data: linked }]
      : [];
    if (command.type === 'UnlinkTelegramAccount') return accept(...unlinked);
    const { type: _, ...data } = command;
    if (linked?.memberId === data.memberId && linked.ownerId === data.ownerId) return acceptNothing();
    return accept<TelegramAccountEvent>(...unlinked, { type: 'TelegramAccountLinked', data });
  },
  evolve(_state, event) {
    if (event.type === 'TelegramAccountUnlinked') return { linked: null };
    const { accountId, ownerId, memberId } = event.data;
    return { linked: { accountId, ownerId, memberId } };
  },
};
