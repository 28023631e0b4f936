import {
  accept,
  acceptNothing,
  Decider,
  defineEvent,
  deriveId,
  eventCatalogue,
  EventOf,
  refuse,
  Refusal,
} from '@voxpersona/domain';
import {
  Actors,
  ActorsOptions,
  CommandContext,
  EventCodec,
  EventStore,
  KeyRing,
} from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const Deposited = defineEvent('Deposited', z.object({ amount: z.number() }));
const Withdrawn = defineEvent('Withdrawn', z.object({ amount: z.number() }));
export type AccountEvent = EventOf<typeof Deposited> | EventOf<typeof Withdrawn>;
export interface AccountCommand {
  type: 'Deposit' | 'Withdraw' | 'Look';
  amount: number;
}

/** A stream on which a stale decision would show: a withdrawal is refused when the balance does not cover it. */
export const account: Decider<{ balance: number }, AccountCommand, AccountEvent, Refusal<'not_covered'>> = {
  category: 'account',
  initial: { balance: 0 },
  decide(state, { type, amount }) {
    if (type === 'Look') return acceptNothing();
    if (type === 'Deposit') return accept({ type: 'Deposited', data: { amount } });
    return state.balance >= amount
      ? accept({ type: 'Withdrawn', data: { amount } })
      : refuse('not_covered', 'The balance does not cover this.');
  },
  evolve: (state, event) => ({
    balance: state.balance + (event.type === 'Deposited' ? event.data.amount : -event.data.amount),
  }),
};

/** The context of a command of nobody in particular. */
export function accountContext(commandId: string = randomUUID()): CommandContext {
  const actor = { kind: 'system' as const, id: 'test', owner: null };
  return { commandId, correlationId: commandId, causationId: commandId, actor };
}

/** The accounts of one process: accounts hold nothing personal, so no key is ever asked for. */
export function accountActors(
  store: EventStore,
  options: ActorsOptions = {},
  keys: KeyRing = NO_KEYS,
): Actors<AccountEvent> {
  const catalogue = eventCatalogue([Deposited, Withdrawn]);
  const codec = new EventCodec<AccountEvent>(catalogue, keys, (id, index) => deriveId('event', id, index));
  return new Actors(store, codec, options);
}

const NO_KEYS: KeyRing = {
  keyForSealing: () => Promise.reject(new Error('Accounts have no personal fields')),
  keyForOpening: () => Promise.reject(new Error('Accounts have no personal fields')),
  destroy: () => Promise.resolve(),
};
