import type { OperatorAction, SagaEvent, SagaPhase } from '../events/saga-events.ts';
import {
  initialSaga,
  isAwaited,
  type ItemState,
  type ItemStatus,
  type LiveSaga,
  type SagaState,
  stepKey,
  type StepState,
} from './state.ts';

/** The state after the event. Needs no definition: the events say all. */
export function evolveSaga(state: SagaState, event: SagaEvent): SagaState {
  if (event.type === 'SagaStarted') return started(event.data);
  if (state.status === 'none') return initialSaga;
  switch (event.type) {
    case 'StepEntered': {
      const { step, phase, items } = event.data;
      const pending: ItemState = { status: 'pending', round: 0, attempt: 0, sent: 0 };
      return withStep(state, { step, phase, items: new Map(items.map((item) => [item, pending])) });
    }
    case 'CommandsIssued': {
      const { step, phase, timerId, commands } = event.data;
      const issued = new Map(commands.map(({ item, round, attempt }) => [item, { round, attempt }]));
      return changeItems(state, step, phase, [...issued.keys()], (item, id) => ({
        ...item,
        ...issued.get(id),
        status: 'waiting',
        sent: item.sent + 1,
        timerId,
      }));
    }
    case 'TimerScheduled': {
      const { timerId, step, phase, items, purpose } = event.data;
      const timers = new Map(state.timers).set(timerId, event.data);
      const saga = { ...state, timers, timersMade: state.timersMade + 1 };
      return purpose === 'timeout' || purpose === 'deadline'
        ? saga
        : changeItems(saga, step, phase, items, (item) => ({ ...item, timerId }));
    }
    case 'TimerFired': {
      const overdue = state.overdue || state.timers.get(event.data.timerId)?.purpose === 'deadline';
      return { ...withoutTimers(state, [event.data.timerId]), overdue };
    }
    case 'TimersCancelled':
      return withoutTimers(state, event.data.timerIds);
    case 'StepSucceeded':
      return answered(state, event.data, 'succeeded');
    case 'StepRefused':
      return answered(state, event.data, event.data.transient ? 'pausing' : 'refused');
    case 'StepUnknown':
      return event.data.probedUntil === undefined
        ? answered(state, event.data, 'in-doubt')
        : probed(state, event.data, event.data.probedUntil);
    case 'StepTimedOut': {
      const { step, phase, items } = event.data;
      return changeItems(state, step, phase, items, (item) => ({ ...item, status: 'in-doubt' }));
    }
    case 'SagaMigrated':
      return { ...state, definitionVersion: event.data.to, context: event.data.context };
    case 'SignalReceived':
      return { ...state, signals: new Set(state.signals).add(event.data.type) };
    case 'PivotPassed':
      return { ...state, pivotPassed: true };
    case 'CompensationStarted':
      return { ...state, status: 'compensating', cause: event.data.cause, steps: turnedRound(state.steps) };
    case 'SagaParked': {
      const { step, phase, items, reason, detail } = event.data;
      const parked = new Map(state.parked).set(stepKey(step, phase), { reason, detail });
      return changeItems({ ...state, parked }, step, phase, items, (item) =>
        item.status === 'refused' ? { ...item, status: 'parked', refused: true } : { ...item, status: 'parked' },
      );
    }
    case 'SagaUnparked':
      return { ...state, parked: new Map() };
    case 'OperatorActed':
      return acted(withoutProposal(state, event.data.proposalId), event.data.action);
    case 'OperatorProposed': {
      const { proposalId, actor, reason, action, lapsesAt } = event.data;
      const proposals = new Map(state.proposals).set(proposalId, { proposalId, actor, reason, action, lapsesAt });
      return { ...state, proposals, proposalsMade: state.proposalsMade + 1 };
    }
    case 'OperatorDeclined':
      return withoutProposal(state, event.data.proposalId);
    case 'SagaCompleted':
      return { ...state, status: 'completed' };
    case 'SagaCompensated':
      return { ...state, status: 'compensated' };
    case 'InputIgnored':
      return state;
    default:
      return unknownEvent(event);
  }
}

function started(data: Extract<SagaEvent, { type: 'SagaStarted' }>['data']): LiveSaga {
  return {
    status: 'running',
    ...data,
    pivotPassed: false,
    overdue: false,
    signals: new Set(),
    steps: new Map(),
    timers: new Map(),
    timersMade: 0,
    parked: new Map(),
    proposals: new Map(),
    proposalsMade: 0,
  };
}

interface ItemPlace {
  readonly step: string;
  readonly phase: SagaPhase;
  readonly item: string;
}

/** An answer ends the waiting. */
function answered(state: LiveSaga, { step, phase, item }: ItemPlace, status: ItemStatus): LiveSaga {
  return settled(state, step, phase, [item], ({ refused: _refused, ...before }) => ({ ...before, status }));
}

/** Unknown for now: the answer still counts, whichever of the attempts it is to. */
function probed(state: LiveSaga, { step, phase, item }: ItemPlace, probedUntil: string): LiveSaga {
  return settled(state, step, phase, [item], (before) => ({ ...before, status: 'probing', probedUntil }));
}

/** Changes items; a step none of whose items is parked any more is not parked either. */
function settled(state: LiveSaga, step: string, phase: SagaPhase, items: readonly string[], change: Change): LiveSaga {
  const saga = changeItems(state, step, phase, items, change);
  const key = stepKey(step, phase);
  if (!saga.parked.has(key)) return saga;
  if ([...(saga.steps.get(key)?.items.values() ?? [])].some((other) => other.status === 'parked')) return saga;
  const parked = new Map(saga.parked);
  parked.delete(key);
  return { ...saga, parked };
}

/** What an operator's word makes of the items; what follows for the saga is in the events after it. */
function acted(state: LiveSaga, action: OperatorAction): LiveSaga {
  if (action.action === 'cancel' || action.action === 'force-compensate') return state;
  const { step, phase, items } = action;
  return settled(state, step, phase, items, ({ refused, timerId: _timerId, ...item }) => {
    if (action.action === 'retry') {
      // A refusal was its answer: the next round is another intent. Unanswered it may have been done, and is asked for under the same one.
      const next = refused === true ? { round: item.round + 1, attempt: 0 } : {};
      return { ...item, ...next, status: 'pending', sent: 0 };
    }
    if (action.action === 'skip' || action.outcome === 'succeeded') return { ...item, status: 'succeeded' };
    // An operator's no is not the participant's: the command may still be on its way. So it is undone before the pivot, which keeps it from
    // being done late, and anywhere else it is asked for again under the same key.
    const turnsRound = phase === 'do' && state.status === 'running' && !state.pivotPassed;
    return { ...item, status: turnsRound ? 'in-doubt' : 'parked' };
  });
}

function withoutProposal(state: LiveSaga, proposalId: string | undefined): LiveSaga {
  if (proposalId === undefined || !state.proposals.has(proposalId)) return state;
  const proposals = new Map(state.proposals);
  proposals.delete(proposalId);
  return { ...state, proposals };
}

/** What was still open when the saga turned round: asked for and not answered is in doubt, refused for the moment is refused. */
function turnedRound(steps: LiveSaga['steps']): LiveSaga['steps'] {
  const settle = (item: ItemState): ItemState => {
    if (item.refused === true || item.status === 'pausing') return { ...item, status: 'refused' };
    return isAwaited(item) ? { ...item, status: 'in-doubt' } : item;
  };
  return new Map(
    [...steps].map(([key, step]) => [
      key,
      { ...step, items: new Map([...step.items].map(([id, item]) => [id, settle(item)])) },
    ]),
  );
}

function withStep(state: LiveSaga, step: StepState): LiveSaga {
  return { ...state, steps: new Map(state.steps).set(stepKey(step.step, step.phase), step) };
}

type Change = (item: ItemState, id: string) => ItemState;

function changeItems(
  state: LiveSaga,
  step: string,
  phase: SagaPhase,
  ids: readonly string[],
  change: Change,
): LiveSaga {
  const before = state.steps.get(stepKey(step, phase));
  if (before === undefined) return state;
  const items = new Map(before.items);
  for (const id of ids) {
    const item = items.get(id);
    if (item !== undefined) items.set(id, change(item, id));
  }
  return withStep(state, { ...before, items });
}

function withoutTimers(state: LiveSaga, timerIds: readonly string[]): LiveSaga {
  const timers = new Map(state.timers);
  for (const timerId of timerIds) timers.delete(timerId);
  return { ...state, timers };
}

function unknownEvent(event: never): never {
  throw new Error(`no such saga event: ${JSON.stringify(event)}`);
}
