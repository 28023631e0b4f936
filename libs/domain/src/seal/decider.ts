import { z } from 'zod';
import { accept, acceptNothing, Decider, Refusal } from '../shared/decider';
import { defineEvent, EventOf } from '../shared/event-definition';
import { deriveId } from '../shared/ids';
import { sha256 } from '../shared/values';

/** What a seal says of the log, without who says it. */
export const sealStatement = z.object({
  /** Events that it covers: the first so many of the log. */
  treeSize: z.number().int().min(1),
  /** Root of the Merkle tree over their hashes in the order of the log (RFC 6962). */
  rootHash: sha256,
  /** ISO 8601, UTC, by the clock of who sealed. */
  sealedAt: z.iso.datetime(),
});
export type SealStatement = z.infer<typeof sealStatement>;

/** The log up to here was as the root hash says. */
export const LogSealed = defineEvent(
  'LogSealed',
  sealStatement.extend({
    /** Beginning of the SHA-256 of the public key. */
    keyId: z.string().regex(/^[0-9a-f]{16}$/),
    /** Ed25519, over the statement; base64. */
    signature: z.base64(),
  }),
);

export const SEAL_EVENTS = [LogSealed] as const;
export type SealEvent = EventOf<typeof LogSealed>;
export type Seal = SealEvent['data'];

export interface SealCommand {
  type: 'RecordSeal';
  seal: Seal;
}

/** Seals of one day: a stream that grows every minute must come to an end. */
export function sealsId(sealedAt: string): string {
  return deriveId('seals', sealedAt.slice(0, 10));
}

/** Records seals of a log that grows; one that covers no more than the last says nothing new. */
export const sealDecider: Decider<{ treeSize: number }, SealCommand, SealEvent, Refusal<never>> = {
  category: 'seals',
  initial: { treeSize: 0 },
  decide: ({ treeSize }, { seal }) =>
    seal.treeSize > treeSize ? accept({ type: 'LogSealed', data: seal }) : acceptNothing(),
  evolve: (_state, { data: { treeSize } }) => ({ treeSize }),
};
