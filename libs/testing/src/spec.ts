import { type Decider, isRefusal } from '@daybook/ports';

/** What a command led to. Fails with a jest-style diff where it was something else. */
export interface Outcome<Event> {
  /** Exactly these events, in this order; none for "nothing is to do". */
  then(...events: readonly Event[]): void;
  /** A refusal with this code and, where given, at least these details. */
  thenRefused(code: string, details?: Readonly<Record<string, unknown>>): void;
}

export interface Specification<Command, Event> {
  given(...events: readonly Event[]): { when(command: Command): Outcome<Event> };
}

/**
 * Given these events, when this command is decided, then those events:
 *
 * ```ts
 * spec(order).given(submitted).when({ type: 'Cancel', reason: 'late' }).then(cancelled);
 * spec(order).given(shipped).when({ type: 'Cancel', reason: 'late' }).thenRefused('order-shipped');
 * ```
 *
 * Only for use in a jest spec: it expects with jest's `expect`.
 */
export function spec<Command, Event, State>(decider: Decider<Command, Event, State>): Specification<Command, Event> {
  return {
    given: (...history) => ({
      when: (command) => {
        const state = history.reduce((current, event) => decider.evolve(current, event), decider.initial);
        const decision = decider.decide(command, state);
        return {
          then: (...events) => {
            expect(decision).toEqual(events);
          },
          thenRefused: (code, details) => {
            const refused = isRefusal(decision) ? decision : { refused: false, events: decision };
            expect(refused).toMatchObject({ refused: true, code, ...(details === undefined ? {} : { details }) });
          },
        };
      },
    }),
  };
}
