import { z } from 'zod';
import { accept, Decider, Refusal } from '../shared/decider';
import { defineEvent, EventOf } from '../shared/event-definition';
import { deriveId } from '../shared/ids';

/**
 * A sweep of the object store has found objects that no event names, and is about to delete them. Recorded first: a store
 * that acknowledges this append has settled every append that was under way before it.
 */
export const StorageSweepStarted = defineEvent(
  'StorageSweepStarted',
  z.object({
    /** ISO 8601, UTC. */
    startedAt: z.iso.datetime(),
    /** Objects written after this moment stay. ISO 8601, UTC. */
    olderThan: z.iso.datetime(),
  }),
);

export const SWEEP_EVENTS = [StorageSweepStarted] as const;
export type SweepEvent = EventOf<typeof StorageSweepStarted>;

export interface SweepCommand {
  type: 'StartSweep';
  sweep: SweepEvent['data'];
}

/** Sweeps of one day share a stream. @param startedAt ISO 8601, UTC */
export function sweepsId(startedAt: string): string {
  return deriveId('sweeps', startedAt.slice(0, 10));
}

/** Records sweeps; nothing is ever refused. */
export const sweepDecider: Decider<null, SweepCommand, SweepEvent, Refusal<never>> = {
  category: 'sweeps',
  initial: null,
  decide: (_state, { sweep }) => accept({ type: 'StorageSweepStarted', data: sweep }),
  evolve: () => null,
};
