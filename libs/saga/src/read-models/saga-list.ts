import type { StoredEvent } from '@daybook/eventstore';
import { parseSagaEvent } from '../events/parse.ts';

export type SagaStatus = 'running' | 'compensating' | 'completed' | 'compensated' | 'parked';

/** A line of the list of sagas. */
export interface SagaListItem {
  readonly sagaId: string;
  readonly type: string;
  /** Of its definition. */
  readonly definitionVersion?: number;
  readonly status: SagaStatus;
  /** What it is or was last at: `reserve`, on the way back `undo reserve`. */
  readonly step: string;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly updatedAt: string;
  /** Why it is parked, or why it turned round. */
  readonly reason?: string;
  readonly detail?: string;
  /** What a parked saga will be again once it is answered. */
  readonly underneath: 'running' | 'compensating';
}

/** Pure projection of a saga's stream into its line; `undefined` before it begins. */
export function projectSagaListItem(item: SagaListItem | undefined, stored: StoredEvent): SagaListItem | undefined {
  const event = parseSagaEvent(stored);
  if (event === undefined) return item;
  const updatedAt = stored.recordedAt;
  if (event.type === 'SagaStarted') {
    const { sagaId, sagaType: type, definitionVersion, startedAt } = event.data;
    const bound = { sagaId, type, definitionVersion };
    return { ...bound, status: 'running', step: 'start', startedAt, updatedAt, underneath: 'running' };
  }
  if (item === undefined) return undefined;
  switch (event.type) {
    case 'StepEntered': {
      const { step, phase } = event.data;
      return { ...item, step: phase === 'undo' ? `undo ${step}` : step, updatedAt };
    }
    case 'CompensationStarted': {
      const { reason, detail } = event.data.cause;
      return explained({ ...item, status: 'compensating', underneath: 'compensating', updatedAt }, reason, detail);
    }
    case 'SagaParked':
      return explained({ ...item, status: 'parked', updatedAt }, event.data.reason, event.data.detail);
    case 'SagaUnparked': {
      const { reason: _reason, detail: _detail, ...rest } = item;
      return { ...rest, status: item.underneath, updatedAt };
    }
    case 'SagaCompleted':
      return { ...item, status: 'completed', updatedAt };
    case 'SagaCompensated':
      return explained({ ...item, status: 'compensated', updatedAt }, event.data.cause.reason, event.data.cause.detail);
    case 'InputIgnored':
      return item;
    default:
      return { ...item, updatedAt };
  }
}

function explained(item: SagaListItem, reason: string, detail: string | undefined): SagaListItem {
  const { detail: _before, ...rest } = item;
  return detail === undefined ? { ...rest, reason } : { ...rest, reason, detail };
}
