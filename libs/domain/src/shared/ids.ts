import { v5 as uuidv5, validate } from 'uuid';

/** Root of every id that VoxPersona derives. Chosen once, never changed: derived ids depend on it. */
const NAMESPACE = '5b0c3c0e-6d2f-4f0b-9a51-6a4d1f6f6c7e';

/**
 * UUIDv5 (RFC 9562) of a cause: the same parts give the same id, so that doing a thing twice is doing it once.
 * Parts are joined unambiguously: ('a', 'bc') and ('ab', 'c') differ.
 */
export function deriveId(kind: string, ...parts: readonly (string | number)[]): string {
  return uuidv5(JSON.stringify([kind, ...parts]), NAMESPACE);
}

export function isUuid(value: string): boolean {
  return validate(value);
}

/** `recording-<uuid>` and its like. */
export function streamName(category: string, id: string): string {
  return `${category}-${id}`;
}
