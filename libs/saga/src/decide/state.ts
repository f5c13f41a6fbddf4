import type { SagaContext } from '../definition/definition.ts';
import type { CompensationCause, OperatorAction, SagaPhase } from '../events/saga-events.ts';

/**
 * - `pending`: not asked for yet. - `waiting`: asked for, no answer yet. - `pausing`: refused for the moment, asked again later.
 * - `probing`: nobody knows how it ended, and it is asked again. - `refused`: it was not done. - `in-doubt`: it may have been done. - `parked`: asked for as often as allowed; an answer still counts.
 */
export type ItemStatus =
  'pending' | 'waiting' | 'pausing' | 'probing' | 'succeeded' | 'refused' | 'in-doubt' | 'parked';

export interface ItemState {
  readonly status: ItemStatus;
  readonly round: number;
  /** Of this round. */
  readonly attempt: number;
  /** Sendings over all rounds. */
  readonly sent: number;
  readonly timerId?: string;
  /** Parked because it was refused: it is known not to have been done. Absent: nobody answered. */
  readonly refused?: true;
  /** Of an item whose outcome is unknown: until then it is asked again. UTC, ISO 8601. */
  readonly probedUntil?: string;
}

export interface StepState {
  readonly step: string;
  readonly phase: SagaPhase;
  readonly items: ReadonlyMap<string, ItemState>;
}

export interface TimerState {
  readonly timerId: string;
  readonly step: string;
  readonly phase: SagaPhase;
  readonly items: readonly string[];
  readonly purpose: 'timeout' | 'pause' | 'probe' | 'deadline';
  /** UTC, ISO 8601. */
  readonly dueAt: string;
}

export interface Parking {
  readonly reason: string;
  readonly detail?: string | undefined;
}

/** An intervention that waits for a second person. */
export interface Proposal {
  readonly proposalId: string;
  readonly actor: string;
  readonly reason: string;
  readonly action: OperatorAction;
  /** UTC, ISO 8601. */
  readonly lapsesAt: string;
}

/** A saga that has begun. Parked is not a status of its own here: it is running or compensating, with items that are parked. */
export interface LiveSaga {
  readonly status: 'running' | 'compensating' | 'completed' | 'compensated';
  readonly sagaId: string;
  readonly sagaType: string;
  readonly definitionVersion: number;
  readonly context: SagaContext;
  readonly startedAt: string;
  readonly correlationId: string;
  readonly traceparent: string;
  readonly pivotPassed: boolean;
  /** The deadline was over before the pivot was reached. */
  readonly overdue: boolean;
  /** Types of signals that have come. */
  readonly signals: ReadonlySet<string>;
  /** By `<step>/<phase>`. */
  readonly steps: ReadonlyMap<string, StepState>;
  /** The current ones. */
  readonly timers: ReadonlyMap<string, TimerState>;
  /** How many there ever were: numbers the next one. */
  readonly timersMade: number;
  /** By `<step>/<phase>`: why its parked items are. */
  readonly parked: ReadonlyMap<string, Parking>;
  /** Interventions that wait for a second person, by id. */
  readonly proposals: ReadonlyMap<string, Proposal>;
  /** How many there ever were: numbers the next one. */
  readonly proposalsMade: number;
  /** Set once it has turned round. */
  readonly cause?: CompensationCause;
}

export type SagaState = { readonly status: 'none' } | LiveSaga;

export const initialSaga: SagaState = { status: 'none' };

export const stepKey = (step: string, phase: SagaPhase): string => `${step}/${phase}`;

export const isFinished = (saga: LiveSaga): boolean => saga.status === 'completed' || saga.status === 'compensated';

/** An answer to it would still count. */
export const isAwaited = (item: ItemState): boolean =>
  item.status === 'waiting' ||
  item.status === 'parked' ||
  item.status === 'probing' ||
  (item.status === 'pending' && item.attempt > 0);

/** It was asked for, and cannot be known not to have been done: it is undone when the saga turns round. */
export const needsUndo = (item: ItemState): boolean => {
  if (item.status === 'pending') return item.attempt > 0;
  return item.status !== 'refused' && item.status !== 'pausing' && item.refused !== true;
};
