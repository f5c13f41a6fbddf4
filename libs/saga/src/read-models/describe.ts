import { type PossibleAction, possibleActions } from '../decide/preview.ts';
import { atStake, type Stakes } from '../decide/stakes.ts';
import { isFinished, type LiveSaga, type Proposal } from '../decide/state.ts';
import type { SagaDefinition } from '../definition/definition.ts';
import type { SagaPhase } from '../events/saga-events.ts';
import { remainingPath } from './remaining.ts';
import type { SagaStatus } from './saga-list.ts';

export interface AwaitedItem {
  readonly step: string;
  readonly phase: SagaPhase;
  readonly item: string;
  readonly status: 'waiting' | 'pausing' | 'probing' | 'parked';
  readonly round: number;
  readonly attempt: number;
}

/** What an operator sees of one saga. */
export interface SagaDescription {
  readonly sagaId: string;
  readonly type: string;
  readonly definitionVersion: number;
  readonly status: SagaStatus;
  readonly step: string;
  readonly startedAt: string;
  readonly pivotPassed: boolean;
  readonly awaited: readonly AwaitedItem[];
  /** Items not asked for yet, in steps under way. */
  readonly pending: number;
  readonly timers: readonly {
    readonly timerId: string;
    readonly step: string;
    readonly purpose: string;
    readonly dueAt: string;
  }[];
  /** Why it turned round, or why it is parked. */
  readonly reason?: string;
  readonly detail?: string;
  /** One sentence: what it waits for, or how it ended. */
  readonly explanation: string;
  /** Interventions that wait for a second person. */
  readonly proposals: readonly Proposal[];
  /** With the definition: steps still to be done, on the way back those still to be undone. */
  readonly remaining?: readonly string[];
  readonly atStake?: Stakes;
  /** What an operator could do now. */
  readonly actions?: readonly PossibleAction[];
}

/** Pure. @param definition the one that the saga is bound to; without it the path, the stakes and the actions are left out */
export function describeSaga(saga: LiveSaga, definition?: SagaDefinition): SagaDescription {
  const awaited = awaitedOf(saga);
  const parking = [...saga.parked.values()][0];
  const status: SagaStatus = parking !== undefined && !isFinished(saga) ? 'parked' : saga.status;
  const current = [...saga.steps.values()].at(-1);
  const step = current === undefined ? 'start' : nameOf(current.step, current.phase);
  const why = parking ?? saga.cause;
  return {
    sagaId: saga.sagaId,
    type: saga.sagaType,
    definitionVersion: saga.definitionVersion,
    status,
    step,
    startedAt: saga.startedAt,
    pivotPassed: saga.pivotPassed,
    awaited,
    pending: [...(current?.items.values() ?? [])].filter((item) => item.status === 'pending').length,
    timers: [...saga.timers.values()].map(({ timerId, step: of, purpose, dueAt }) => ({
      timerId,
      step: of,
      purpose,
      dueAt,
    })),
    ...(why === undefined ? {} : { reason: why.reason }),
    ...(why?.detail === undefined ? {} : { detail: why.detail }),
    explanation: explain(saga, status, awaited, `${step} for ${eventAwaited(definition) ?? 'an event of others'}`),
    proposals: [...saga.proposals.values()],
    ...(definition && {
      remaining: remainingPath(definition, saga),
      atStake: atStake(definition, saga),
      actions: possibleActions(definition, saga),
    }),
  };
}

function awaitedOf(saga: LiveSaga): AwaitedItem[] {
  if (isFinished(saga)) return [];
  return [...saga.steps.values()].flatMap(({ step, phase, items }) =>
    [...items].flatMap(([item, { status, round, attempt }]) =>
      status === 'waiting' || status === 'pausing' || status === 'probing' || status === 'parked'
        ? [{ step, phase, item, status, round, attempt }]
        : [],
    ),
  );
}

/** @param atPivot where it waits, and for which event, when it waits for no answer */
function explain(saga: LiveSaga, status: SagaStatus, awaited: readonly AwaitedItem[], atPivot: string): string {
  const why = saga.cause === undefined ? '' : ` because of ${saga.cause.reason}`;
  switch (status) {
    case 'completed':
      return 'It is completed: every step succeeded.';
    case 'compensated':
      return `It is compensated${why}: everything it had done is confirmed to be undone.`;
    case 'parked': {
      const names = [
        ...new Set(awaited.filter((each) => each.status === 'parked').map((each) => nameOf(each.step, each.phase))),
      ];
      const reasons = [...new Set([...saga.parked.values()].map((parking) => parking.reason))];
      return `It is parked at ${names.join(', ')} (${reasons.join(', ')}) and goes on as soon as an answer comes or an operator acts.`;
    }
    case 'running':
    case 'compensating': {
      if (awaited.length === 0) return `It waits at ${atPivot}; no timer runs.`;
      const names = [...new Set(awaited.map((each) => nameOf(each.step, each.phase)))];
      const asking = [...saga.timers.values()].filter(({ purpose }) => purpose !== 'deadline');
      const until = asking.map(({ dueAt }) => dueAt).sort()[0];
      const deadline = [...saga.timers.values()].find(({ purpose }) => purpose === 'deadline')?.dueAt;
      const next = until === undefined ? '' : `; it asks again at ${until}`;
      const last = deadline === undefined ? '' : `, and turns round at ${deadline}`;
      const turned = status === 'compensating' ? `It turned round${why} and waits` : 'It waits';
      return `${turned} for ${awaited.length} ${awaited.length === 1 ? 'answer' : 'answers'} to ${names.join(', ')}${next}${last}.`;
    }
    default:
      return unknownStatus(status);
  }
}

function eventAwaited(definition: SagaDefinition | undefined): string | undefined {
  const pivot = definition?.stages.flat().find((step) => step.kind === 'pivot');
  return pivot && `${pivot.awaits}, which others decide on`;
}

function nameOf(step: string, phase: SagaPhase): string {
  return phase === 'undo' ? `undo ${step}` : step;
}

function unknownStatus(status: never): never {
  throw new Error(`no such status: ${String(status)}`);
}
