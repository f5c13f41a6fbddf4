/** A decision of the domain not to do what was asked: a value, never an exception. */
export interface Refusal {
  readonly refused: true;
  /** Stable, in kebab case (`order-not-confirmed`): clients and sagas branch on it. */
  readonly code: string;
  /** One sentence for people: what the state is, and what could be done instead. */
  readonly message: string;
  /** What a client needs to act on it: how much can be taken, what the status is. JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What deciding gives: the events to append (none when nothing is to do), or a refusal. */
export type Decision<Event> = readonly Event[] | Refusal;

/** An aggregate in three pure functions. They see no clock, no chance, no environment: time and new ids arrive with the command. */
export interface Decider<Command, Event, State> {
  readonly initial: State;
  decide(command: Command, state: State): Decision<Event>;
  evolve(state: State, event: Event): State;
}

export function refuse(code: string, message: string, details?: Readonly<Record<string, unknown>>): Refusal {
  return details === undefined ? { refused: true, code, message } : { refused: true, code, message, details };
}

export function isRefusal<Event>(decision: Decision<Event>): decision is Refusal {
  return 'refused' in decision;
}
