import { LogSealed, Seal } from '@voxpersona/domain';
import { z } from 'zod';
import { eventHash, verifyHash } from '../codec/hash-chain';
import { EventStore } from '../port/event-store';
import { everyEvent } from '../port/every-event';
import { inclusionPath, leafHash, rootByPath } from './merkle-tree';
import { readSeals } from './read-seals';
import { SealVerifier } from './seal-key';

const json = z.record(z.string(), z.json());

/** Proof that an event was in the log when it was sealed. Needs nothing else to be checked but the public key. */
export const eventProof = z.strictObject({
  kind: z.literal('VoxPersona event proof'),
  event: z.strictObject({
    id: z.uuid(),
    stream: z.string(),
    revision: z.number().int().min(0),
    type: z.string(),
    data: json,
    metadata: json,
  }),
  /** Place of the event in the log, from 0. */
  leaf: z.number().int().min(0),
  /** Hashes that lead from the event to the root, nearest first. */
  path: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
  seal: LogSealed.schema,
  /** Ed25519, base64. To be compared with the one that is known. */
  publicKey: z.string(),
});
export type EventProof = z.infer<typeof eventProof>;

/** There is no proof of this event: it is not in the log, or not sealed yet. */
export class NotProvable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotProvable';
  }
}

/** @throws NotProvable, EventTampered */
export async function proveEvent(
  store: EventStore,
  verifier: SealVerifier,
  eventId: string,
): Promise<EventProof> {
  const leaves: Buffer[] = [];
  let found: { leaf: number; event: EventProof['event'] } | undefined;
  for await (const { position: _position, ...event } of everyEvent(store)) {
    if (event.id === eventId) found = { leaf: leaves.length, event };
    leaves.push(leafHash(verifyHash(event)));
  }
  if (!found) throw new NotProvable(`There is no event ${eventId} in the log`);
  const { leaf } = found;
  const seals = (await readSeals(store)).flatMap(({ seal }) => seal ?? []);
  const seal = seals.find(({ treeSize }) => treeSize > leaf);
  if (!seal)
    throw new NotProvable(`The event ${eventId} is not sealed yet. Seal the log first: vox audit seal`);
  return {
    ...{ kind: 'VoxPersona event proof', ...found, seal, publicKey: verifier.publicKey },
    path: inclusionPath(leaves.slice(0, seal.treeSize), leaf),
  };
}

/**
 * Checks a proof by itself.
 *
 * @returns what is wrong with it, or null
 */
export function checkProof(proof: EventProof): string | null {
  const { event, leaf, path, seal, publicKey } = proof;
  const hash = eventHash(event.stream, event.revision, {
    ...{ id: event.id, type: event.type },
    ...{ data: event.data, metadata: event.metadata },
  });
  if (hash !== event.metadata.hash) return 'the event is not what was written: its hash is another';
  if (rootByPath(leafHash(hash), leaf, seal.treeSize, path) !== seal.rootHash) {
    return 'the event does not lead to what was sealed';
  }
  return isSignedBy(publicKey, seal) ? null : 'the seal was not signed by this key';
}

function isSignedBy(publicKey: string, seal: Seal): boolean {
  try {
    return SealVerifier.of(publicKey).verifies(seal);
  } catch {
    return false;
  }
}
