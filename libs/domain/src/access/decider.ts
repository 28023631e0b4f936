import { z } from 'zod';
import { accept, acceptNothing, Decider, Decision, refuse, Refusal } from '../shared/decider';
import { defineEvent, EventOf } from '../shared/event-definition';
import { deriveId } from '../shared/ids';
import { sha256 } from '../shared/values';

/** Who recordings belong to. The name is an account's name, chosen by the operator. */
export const OwnerRegistered = defineEvent(
  'OwnerRegistered',
  z.object({ ownerId: z.uuid(), name: z.string().min(1) }),
);

/** Only the hash of the key's secret is recorded; the secret is shown once and never kept. */
export const ApiKeyIssued = defineEvent(
  'ApiKeyIssued',
  z.object({ ownerId: z.uuid(), keyId: z.string().min(1), label: z.string(), secretSha256: sha256 }),
);

export const ApiKeyRevoked = defineEvent(
  'ApiKeyRevoked',
  z.object({ ownerId: z.uuid(), keyId: z.string().min(1) }),
);

export const ACCESS_EVENTS = [OwnerRegistered, ApiKeyIssued, ApiKeyRevoked] as const;
export type AccessEvent = EventOf<(typeof ACCESS_EVENTS)[number]>;

export type AccessCommand =
  | { type: 'IssueApiKey'; ownerName: string; keyId: string; label: string; secretSha256: string }
  | { type: 'RevokeApiKey'; keyId: string };

export interface AccessState {
  /** Null until the owner is registered. */
  ownerId: string | null;
  activeKeys: readonly string[];
  revokedKeys: readonly string[];
}

export type AccessRefusal = Refusal<
  'owner_not_found' | 'key_not_found' | 'key_exists' | 'invalid_owner_name'
>;

/** Names differ by their letters only, not by case or outer space. */
export function ownerIdOf(name: string): string {
  return deriveId('owner', name.trim().toLowerCase().normalize('NFC'));
}

/** The rules of one owner and the API keys that act for them. */
export const accessDecider: Decider<AccessState, AccessCommand, AccessEvent, AccessRefusal> = {
  category: 'owner',
  initial: { ownerId: null, activeKeys: [], revokedKeys: [] },
  decide(state, command) {
    switch (command.type) {
      case 'IssueApiKey':
        return issueKey(state, command);
      case 'RevokeApiKey':
        if (state.ownerId === null) return refuse('owner_not_found', 'There is no such owner.');
        if (state.revokedKeys.includes(command.keyId)) return acceptNothing();
        return state.activeKeys.includes(command.keyId)
          ? accept({ type: 'ApiKeyRevoked', data: { ownerId: state.ownerId, keyId: command.keyId } })
          : refuse('key_not_found', 'This owner has no such key.');
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'OwnerRegistered':
        return { ...state, ownerId: event.data.ownerId };
      case 'ApiKeyIssued':
        return { ...state, activeKeys: [...state.activeKeys, event.data.keyId] };
      case 'ApiKeyRevoked':
        return {
          ...state,
          activeKeys: state.activeKeys.filter((keyId) => keyId !== event.data.keyId),
          revokedKeys: [...state.revokedKeys, event.data.keyId],
        };
    }
  },
};

function issueKey(
  state: AccessState,
  command: Extract<AccessCommand, { type: 'IssueApiKey' }>,
): Decision<AccessEvent, AccessRefusal> {
  const { keyId, label, secretSha256 } = command;
  const name = command.ownerName.trim();
  if (name === '') return refuse('invalid_owner_name', 'The name of an owner must not be empty.');
  if ([...state.activeKeys, ...state.revokedKeys].includes(keyId)) {
    return refuse('key_exists', 'There is a key with this id.');
  }
  const ownerId = state.ownerId ?? ownerIdOf(name);
  const issued: AccessEvent = { type: 'ApiKeyIssued', data: { ownerId, keyId, label, secretSha256 } };
  return state.ownerId === null
    ? accept<AccessEvent>({ type: 'OwnerRegistered', data: { ownerId, name } }, issued)
    : accept(issued);
}
