import type { StoredEvent } from '@daybook/eventstore';

export function has(events: readonly StoredEvent[], ...types: readonly string[]): boolean {
  return events.some((event) => types.includes(event.type));
}

/** It has come to its end, one way or the other. */
export function isFinished(saga: readonly StoredEvent[]): boolean {
  return has(saga, 'SagaCompleted', 'SagaCompensated');
}

/** It cannot go on by itself. */
export function isParked(saga: readonly StoredEvent[]): boolean {
  const last = saga.findLast((event) => event.type === 'SagaParked' || event.type === 'SagaUnparked');
  return last?.type === 'SagaParked';
}
