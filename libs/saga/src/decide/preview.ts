import { type Refusal } from '@daybook/ports';
import type { SagaDefinition } from '../definition/definition.ts';
import type { IssuedCommand, SagaEvent } from '../events/saga-events.ts';
import { evolveSaga } from './evolve.ts';
import { decideOperator, movesMoney, type OperatorCommand, type OperatorRequest } from './operator.ts';
import type { LiveSaga, SagaState, TimerState } from './state.ts';

/** What an intervention would do, if it were made now. */
export interface Preview {
  readonly events: readonly SagaEvent[];
  readonly commands: readonly IssuedCommand[];
  /** Those that would be set. */
  readonly timers: readonly TimerState[];
  /** The saga as it would be. */
  readonly after: LiveSaga;
}

/** Decides, and appends nothing. Pure. */
export function previewOperator(
  definition: SagaDefinition,
  command: OperatorCommand,
  state: SagaState,
): Preview | Refusal {
  const decision = decideOperator(definition, command, state);
  if ('refused' in decision) return decision;
  const after = decision.reduce(evolveSaga, state);
  if (after.status === 'none') throw new Error('an intervention cannot undo a beginning');
  return {
    events: decision,
    commands: decision.flatMap((event) => (event.type === 'CommandsIssued' ? event.data.commands : [])),
    timers: decision.flatMap((event) => (event.type === 'TimerScheduled' ? [event.data] : [])),
    after,
  };
}

/** Something that an operator could do now. */
export interface PossibleAction {
  readonly action: 'retry' | 'skip' | 'resolve' | 'cancel' | 'force-compensate' | 'approve';
  readonly step?: string;
  readonly phase?: 'do' | 'undo';
  /** How many it would be done to, where none are named. */
  readonly items?: number;
  readonly proposalId?: string;
  readonly movesMoney: boolean;
}

/** Everything that would not be refused. Pure. */
export function possibleActions(definition: SagaDefinition, saga: LiveSaga): readonly PossibleAction[] {
  const evidence = 'to be given';
  const at = [...saga.steps.values()].flatMap(({ step, phase }): OperatorRequest[] => [
    { action: 'retry', step, phase },
    { action: 'skip', step, phase, evidence },
    { action: 'resolve', step, phase, outcome: 'succeeded', evidence },
  ]);
  const whole: readonly OperatorRequest[] = [{ action: 'cancel' }, { action: 'force-compensate', evidence }];
  const open = [...saga.proposals.values()].map(({ proposalId, action }): PossibleAction => ({
    action: 'approve',
    proposalId,
    movesMoney: movesMoney(definition, saga, action),
  }));
  return [...at, ...whole].flatMap((request) => possible(definition, saga, request)).concat(open);
}

function possible(definition: SagaDefinition, saga: LiveSaga, request: OperatorRequest): readonly PossibleAction[] {
  const who = { actor: 'operator:nobody', reason: 'a question', expectedVersion: 1, secondPerson: false };
  const decision = decideOperator(definition, { request, ...who, nowMs: 0, random: 0 }, saga);
  const [first] = 'refused' in decision ? [] : decision;
  if (first?.type !== 'OperatorActed') return [];
  const { action } = first.data;
  const money = movesMoney(definition, saga, action);
  if (action.action === 'cancel' || action.action === 'force-compensate') {
    return [{ action: action.action, movesMoney: money }];
  }
  const { step, phase, items } = action;
  return [{ action: action.action, step, phase, items: items.length, movesMoney: money }];
}
