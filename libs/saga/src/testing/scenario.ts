import { formatIntentKey, outcomeKey } from '@daybook/contracts';
import { decideSaga, type SagaInput } from '../decide/decide.ts';
import { decideOperator, type OperatorCommand, type OperatorRequest } from '../decide/operator.ts';
import { evolveSaga } from '../decide/evolve.ts';
import { initialSaga, type LiveSaga, type SagaState, stepKey, type TimerState } from '../decide/state.ts';
import type { SagaDefinition } from '../definition/definition.ts';
import { type IssuedCommand, type SagaEvent, sagaEvents, type SagaPhase } from '../events/saga-events.ts';

export interface AnswerOptions {
  /** Default `-`: the step has only one. */
  readonly item?: string;
  /** Default `do`. */
  readonly phase?: SagaPhase;
  /** Default: the item's current one. */
  readonly round?: number;
  readonly data?: { readonly [field: string]: unknown };
  /** The event was appended by the participant's worker, not by its command handler. */
  readonly outcome?: boolean;
}

export interface OperatorOptions {
  /** Default `operator:ann`. */
  readonly actor?: string;
  /** Default `because`. */
  readonly reason?: string;
  /** What moves money needs two; default no. */
  readonly secondPerson?: boolean;
}

/** One input or intervention, and what the saga made of it: a history that other code can be held to. */
export type RecordedStep = { readonly events: readonly SagaEvent[] } & (
  { readonly input: SagaInput } | { readonly operator: OperatorCommand }
);

/** Replays a recorded history with the definition as it is today, step by step: what each step makes now. */
export function replayHistory(
  definition: SagaDefinition,
  steps: readonly RecordedStep[],
): readonly (readonly SagaEvent[])[] {
  let state: SagaState = initialSaga;
  return steps.map((step) => {
    const decision =
      'input' in step ? decideSaga(definition, step.input, state) : decideOperator(definition, step.operator, state);
    // From the recorded events, as it is in production: only the decision is today's.
    state = step.events.reduce(evolveSaga, state);
    return 'refused' in decision ? [] : decision;
  });
}

/** A saga under test, in memory: given what came before, when this arrives, then these events, commands and timers. */
export interface SagaScenario {
  /** Everything that the saga has recorded, oldest first. Each event has passed its schema. */
  readonly events: readonly SagaEvent[];
  readonly saga: LiveSaga;
  /** Everything that was given, with what came of it. */
  readonly history: readonly RecordedStep[];
  readonly commands: readonly IssuedCommand[];
  /** The events that the last input made. */
  readonly last: readonly SagaEvent[];
  /** Code of the refusal that the last intervention met; `undefined` where it was carried out. */
  readonly refused: string | undefined;
  /** The last input's commands, as `ReserveStock stock-85123A`. */
  readonly asked: readonly string[];
  readonly timers: readonly TimerState[];
  readonly nowMs: number;
  /** A signal: the start, a cancellation, what the pivot awaits. */
  receives(type: string, data: { readonly [field: string]: unknown }): SagaScenario;
  /** An answer of type `type` to a command of `step`. */
  answers(step: string, type: string, options?: AnswerOptions): SagaScenario;
  /** The clock goes on by so much: every timer that is due meanwhile fires, in the order of their times. */
  waits(ms: number): SagaScenario;
  /** Lets the earliest timer fire when it is due, or the one named. */
  timePasses(timerId?: string): SagaScenario;
  /** An operator intervenes. */
  operator(request: OperatorRequest, options?: OperatorOptions): SagaScenario;
  gives(input: SagaInput): SagaScenario;
}

/**
 * @param options.given what the saga has behind it, where it does not begin with its start. @param options.startMs what the virtual clock
 * shows at first; default the 1st of December 2010. @param options.random chance of every decision, in [0, 1); default 0: waits are the shortest possible. */
export function sagaScenario(
  definition: SagaDefinition,
  options: { readonly given?: readonly SagaEvent[]; readonly startMs?: number; readonly random?: number } = {},
): SagaScenario {
  const random = options.random ?? 0;
  const events: SagaEvent[] = [...(options.given ?? [])];
  let state: SagaState = events.reduce(evolveSaga, initialSaga);
  let nowMs = options.startMs ?? Date.UTC(2010, 11, 1);
  let inputs = 0;
  const history: RecordedStep[] = [];
  let last: readonly SagaEvent[] = [];
  let refused: string | undefined;

  const live = (): LiveSaga => {
    if (state.status === 'none') throw new Error('the saga has not begun');
    return state;
  };
  const commandsOf = (some: readonly SagaEvent[]): IssuedCommand[] =>
    some.flatMap((event) => (event.type === 'CommandsIssued' ? [...event.data.commands] : []));

  const scenario: SagaScenario = {
    events,
    history,
    get saga() {
      return live();
    },
    get commands() {
      return commandsOf(events);
    },
    get last() {
      return last;
    },
    get refused() {
      return refused;
    },
    get asked() {
      return commandsOf(last).map(({ type, target }) => `${type} ${target}`);
    },
    get timers() {
      return [...live().timers.values()].sort((one, other) => (one.dueAt < other.dueAt ? -1 : 1));
    },
    get nowMs() {
      return nowMs;
    },
    receives: (type, data) => scenario.gives(message('http:1', type, data)),
    answers(step, type, { item = '-', phase = 'do', round, data = {}, outcome = false } = {}) {
      const current = live().steps.get(stepKey(step, phase))?.items.get(item)?.round ?? 0;
      const key = formatIntentKey({ sagaId: live().sagaId, step, item, phase, round: round ?? current });
      return scenario.gives(message(outcome ? outcomeKey(key) : key, type, data));
    },
    waits(ms) {
      const untilMs = nowMs + ms;
      const all: SagaEvent[] = [];
      for (;;) {
        const due = state.status === 'none' ? undefined : scenario.timers[0];
        if (due === undefined || Date.parse(due.dueAt) > untilMs) break;
        all.push(...scenario.timePasses(due.timerId).last);
      }
      nowMs = untilMs;
      last = all;
      return scenario;
    },
    timePasses(timerId) {
      const timer = timerId === undefined ? scenario.timers[0] : live().timers.get(timerId);
      if (timer !== undefined) nowMs = Math.max(nowMs, Date.parse(timer.dueAt));
      return scenario.gives({ kind: 'timer', timerId: timerId ?? timer?.timerId ?? 'none', nowMs, random });
    },
    operator(request, { actor = 'operator:ann', reason = 'because', secondPerson = false } = {}) {
      const expectedVersion = events.length;
      const command = { request, actor, reason, expectedVersion, secondPerson, nowMs, random };
      const decision = decideOperator(definition, command, state);
      refused = 'refused' in decision ? decision.code : undefined;
      const made = 'refused' in decision ? [] : decision;
      history.push({ operator: command, events: made });
      return record(made);
    },
    gives(input) {
      refused = undefined;
      const made = decideSaga(definition, input, state);
      history.push({ input, events: made });
      return record(made);
    },
  };

  function record(decided: readonly SagaEvent[]): SagaScenario {
    last = decided;
    for (const event of last) {
      sagaEvents[event.type].schema.parse(event.data);
      events.push(event);
      state = evolveSaga(state, event);
    }
    return scenario;
  }

  function message(commandKey: string, type: string, data: { readonly [field: string]: unknown }): SagaInput {
    inputs += 1;
    return {
      kind: 'message',
      eventId: `input-${inputs}`,
      commandKey,
      correlationId: 'request-1',
      traceparent: '',
      answer: { type, data },
      nowMs,
      random,
    };
  }
  return scenario;
}
