/** Why a command cannot be carried out in the present state. Not an exception: an expected answer. */
export interface Refusal<Code extends string = string> {
  /** Stable and machine-readable, for example `recording_erased`. */
  code: Code;
  /** One sentence for people, with what to do where something can be done. */
  message: string;
}

export type Decision<Event, R extends Refusal = Refusal> =
  { kind: 'accepted'; events: readonly Event[] } | { kind: 'refused'; refusal: R };

/**
 * A stream's rules as two pure functions.
 *
 * `decide` is total: every command in every state is either accepted (with no event when there is nothing left
 * to do) or refused. Neither function knows a clock, a random number or another stream; what a decision needs of
 * these comes in with the command.
 */
export interface Decider<State, Command, Event, R extends Refusal = Refusal> {
  /** First part of the stream's name: `recording` for `recording-<uuid>`. Holds no dash. */
  readonly category: string;
  readonly initial: State;
  decide(state: State, command: Command): Decision<Event, R>;
  evolve(state: State, event: Event): State;
}

export function accept<Event>(...events: Event[]): { kind: 'accepted'; events: readonly Event[] } {
  return { kind: 'accepted', events };
}

/** Accepted, and nothing to record: it is so already, or it no longer matters. */
export function acceptNothing(): { kind: 'accepted'; events: readonly never[] } {
  return { kind: 'accepted', events: [] };
}

export function refuse<Code extends string>(
  code: Code,
  message: string,
): { kind: 'refused'; refusal: Refusal<Code> } {
  return { kind: 'refused', refusal: { code, message } };
}
