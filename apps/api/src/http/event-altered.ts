import { Problem } from './problem';

/** What would be made from an event that is not what was written is not made: the operator has to look. */
export function eventAltered(eventId: string, what: string): Problem {
  return new Problem(
    'event-altered',
    `The event ${eventId} is not what was written (${what}). Ask the operator to run vox audit verify.`,
  );
}
