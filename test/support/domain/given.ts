import { Decider, Decision, Refusal } from '@voxpersona/domain';

/** Given events, when a command, then events or a refusal: how deciders are specified. */
export function given<State, Command, Event, R extends Refusal>(
  decider: Decider<State, Command, Event, R>,
  events: readonly Event[],
) {
  const state = events.reduce((folded, event) => decider.evolve(folded, event), decider.initial);
  return {
    state,
    when(command: Command) {
      const decision: Decision<Event, R> = decider.decide(state, command);
      return {
        then(...expected: Event[]): void {
          expect(decision).toEqual({ kind: 'accepted', events: expected });
        },
        thenTypes(...types: string[]): void {
          expect(decision).toMatchObject({ kind: 'accepted', events: types.map((type) => ({ type })) });
          expect(decision.kind === 'accepted' && decision.events.length).toBe(types.length);
        },
        thenNothing(): void {
          expect(decision).toEqual({ kind: 'accepted', events: [] });
        },
        thenRefused(code: R['code']): void {
          expect(decision).toMatchObject({ kind: 'refused', refusal: { code, message: expect.any(String) } });
        },
      };
    },
  };
}
