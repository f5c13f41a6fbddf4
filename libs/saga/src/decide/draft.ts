import type { CommandStep, SagaDefinition } from '../definition/definition.ts';
import type { SagaEvent } from '../events/saga-events.ts';
import { evolveSaga } from './evolve.ts';
import { type LiveSaga, needsUndo, stepKey, type TimerState } from './state.ts';

/** The time and the chance of one decision: given, never taken. */
export interface Moment {
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/** A decision in the making: events so far, and the saga as they leave it. */
export interface Draft {
  readonly definition: SagaDefinition;
  readonly moment: Moment;
  readonly events: readonly SagaEvent[];
  readonly saga: LiveSaga;
  add(event: SagaEvent): void;
}

export function createDraft(bound: SagaDefinition, before: LiveSaga, moment: Moment): Draft {
  const events: SagaEvent[] = [];
  let saga = before;
  let definition = bound;
  return {
    get definition() {
      return definition;
    },
    moment,
    events,
    get saga() {
      return saga;
    },
    add(event) {
      const after = evolveSaga(saga, event);
      if (after.status === 'none') throw new Error('a saga that has begun cannot not have');
      events.push(event);
      if (event.type === 'SagaMigrated') definition = definition.next ?? definition;
      saga = after;
    },
  };
}

/** Cancels the timers that cover nothing any more. */
export function dropIdleTimers(draft: Draft): void {
  const idle = [...draft.saga.timers.values()].filter((timer) =>
    timer.purpose === 'deadline' ? !canBeOverdue(draft) : openItems(draft.saga, timer).length === 0,
  );
  if (idle.length > 0) draft.add({ type: 'TimersCancelled', data: { timerIds: idle.map((timer) => timer.timerId) } });
}

/**
 * A deadline ends where the saga cannot turn round by itself any more: at the pivot, once it waits for it, or at a step that may have been
 * done and has no way back.
 */
export function canBeOverdue(draft: Draft): boolean {
  const { saga, definition } = draft;
  if (saga.status !== 'running' || saga.pivotPassed) return false;
  const pivot = definition.stages.flat().find((step) => step.kind === 'pivot');
  const reached = pivot !== undefined && (saga.signals.has(pivot.awaits) || saga.steps.has(stepKey(pivot.name, 'do')));
  return !reached && askedForGood(draft).length === 0;
}

/** Steps without a way back that may have been done: while there is one, the saga does not turn round by itself. */
export function askedForGood({ definition, saga }: Pick<Draft, 'definition' | 'saga'>): readonly CommandStep[] {
  return definition.stages.flat().filter((step): step is CommandStep => {
    if (step.kind !== 'compensable' || step.nothingToUndo === undefined) return false;
    return [...(saga.steps.get(stepKey(step.name, 'do'))?.items.values() ?? [])].some(needsUndo);
  });
}

const openStatus = { timeout: 'waiting', pause: 'pausing', probe: 'probing' } as const;

/** The items that a timer still stands for. */
export function openItems(saga: LiveSaga, timer: TimerState): string[] {
  const items = saga.steps.get(`${timer.step}/${timer.phase}`)?.items;
  return timer.items.filter((id) => {
    const item = items?.get(id);
    if (item === undefined || item.timerId !== timer.timerId) return false;
    return timer.purpose !== 'deadline' && item.status === openStatus[timer.purpose];
  });
}
