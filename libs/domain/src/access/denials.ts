import { z } from 'zod';
import { accept, acceptNothing, Decider, Refusal } from '../shared/decider';
import { defineEvent, EventOf } from '../shared/event-definition';
import { deriveId } from '../shared/ids';
import { role, scope } from './roles';

/** Somebody who is known was refused. */
export const AccessDenied = defineEvent(
  'AccessDenied',
  z.object({
    ownerId: z.uuid(),
    memberId: z.uuid(),
    keyId: z.string().min(1),
    role,
    /** Method and pattern of the route, never the address that was called. */
    route: z.string().min(1),
    /** The last two are the workspace's own: allowed by the route, and refused because of whom or what it is about. */
    reason: z.enum([
      ...['key_revoked', 'key_expired', 'member_blocked', 'member_removed', 'role', 'scope'],
      ...['not_allowed', 'key_too_wide'],
    ] as const),
    /** The scope that the route needs. */
    scope: scope.nullable(),
    /** ISO 8601, UTC. */
    deniedAt: z.iso.datetime(),
  }),
);

export const DENIAL_EVENTS = [AccessDenied] as const;
export type DenialEvent = EventOf<(typeof DENIAL_EVENTS)[number]>;

export interface DenialCommand {
  type: 'RecordDenial';
  denial: DenialEvent['data'];
}

/** When each kind of refusal was last recorded, by key, route and reason. */
export type DenialState = Readonly<Record<string, string>>;

/** Refusals of one workspace on one day: a stream that everybody can make longer must come to an end. */
export function denialsId(ownerId: string, deniedAt: string): string {
  return deriveId('denials', ownerId, deniedAt.slice(0, 10));
}

/** Records a refusal, but the same one only once in a minute: who is refused in a loop must not fill the log. */
export const denialDecider: Decider<DenialState, DenialCommand, DenialEvent, Refusal<never>> = {
  category: 'denials',
  initial: {},
  decide(state, { denial }) {
    const last = state[kindOf(denial)];
    return last !== undefined && minuteOf(last) === minuteOf(denial.deniedAt)
      ? acceptNothing()
      : accept({ type: 'AccessDenied', data: denial });
  },
  evolve: (state, { data }) => ({ ...state, [kindOf(data)]: data.deniedAt }),
};

function kindOf({ keyId, route, reason }: DenialEvent['data']): string {
  return `${keyId} ${reason} ${route}`;
}

function minuteOf(moment: string): string {
  return moment.slice(0, 16);
}
