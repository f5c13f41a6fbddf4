import type { SagaDefinition } from '../definition/definition.ts';
import type { SagaEvent } from '../events/saga-events.ts';
import { evolveSaga } from './evolve.ts';
import { type LiveSaga, type TimerState } from './state.ts';

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

export function createDraft(definition: SagaDefinition, before: LiveSaga, moment: Moment): Draft {
  const events: SagaEvent[] = [];
  let saga = before;
  return {
    definition,
    moment,
    events,
    get saga() {
      return saga;
    },
    add(event) {
      const after = evolveSaga(saga, event);
      if (after.status === 'none') throw new Error('a saga that has begun cannot not have');
      events.push(event);
      saga = after;
    },
  };
}

/** Cancels the timers that cover nothing any more. */
export function dropIdleTimers(draft: Draft): void {
  const idle = [...draft.saga.timers.values()].filter((timer) => openItems(draft.saga, timer).length === 0);
  if (idle.length > 0) draft.add({ type: 'TimersCancelled', data: { timerIds: idle.map((timer) => timer.timerId) } });
}

/** The items that a timer still stands for. */
export function openItems(saga: LiveSaga, timer: TimerState): string[] {
  const items = saga.steps.get(`${timer.step}/${timer.phase}`)?.items;
  return timer.items.filter((id) => {
    const item = items?.get(id);
    if (item === undefined || item.timerId !== timer.timerId) return false;
    return item.status === (timer.purpose === 'pause' ? 'pausing' : 'waiting');
  });
}
