import { EventInvalid } from '../codec/event-codec';
import { RecordingKeyDestroyed } from '../key-ring/key-ring';
import {
  DuplicateEventId,
  EventStoreUnavailable,
  EventTooLarge,
  StreamContention,
  WrongExpectedRevision,
} from '../port/errors';

const PROOFS = [
  EventStoreUnavailable,
  WrongExpectedRevision,
  StreamContention,
  EventTooLarge,
  DuplicateEventId,
  EventInvalid,
  RecordingKeyDestroyed,
] as const;

/**
 * Whether a command that failed so has certainly left no event: what it would have named may be deleted. Any other failure
 * proves nothing, `AppendOutcomeUnknown` least of all.
 */
export function provesNothingAppended(error: unknown): boolean {
  return PROOFS.some((proof) => error instanceof proof);
}
