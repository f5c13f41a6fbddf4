import { formatIntentKey } from '@daybook/contracts';
import type { ActionDefinition, CommandStep } from '../definition/definition.ts';
import { soleItem } from '../definition/erase.ts';
import { answerWaitMs, roundPauseMs } from '../definition/retry.ts';
import type { SagaPhase } from '../events/saga-events.ts';
import type { Draft } from './draft.ts';
import { stepKey, type TimerState } from './state.ts';

/** Enters a step, unless it was entered. */
export function enter(draft: Draft, step: string, phase: SagaPhase, items: readonly string[]): void {
  if (draft.saga.steps.has(stepKey(step, phase))) return;
  draft.add({ type: 'StepEntered', data: { step, phase, items: [...items] } });
}

/** Issues the next wave of a step, where nothing of the last one is open. */
export function issueNextWave(draft: Draft, step: CommandStep, phase: SagaPhase): void {
  const pending: Issue[] = [];
  for (const [item, state] of draft.saga.steps.get(stepKey(step.name, phase))?.items ?? []) {
    if (state.status === 'waiting' || state.status === 'pausing' || state.status === 'probing') return;
    if (state.status === 'pending' && pending.length < step.inFlightMax) {
      pending.push({ item, round: state.round, attempt: state.attempt + 1 });
    }
  }
  if (pending.length > 0) issue(draft, step, phase, pending);
}

export interface Issue {
  readonly item: string;
  readonly round: number;
  readonly attempt: number;
}

/** Issues commands (at most a wave of them) and sets the timer that covers them. */
export function issue(draft: Draft, step: CommandStep, phase: SagaPhase, issues: readonly Issue[]): void {
  const action = actionOf(step, phase);
  const { sagaId, context, cause } = draft.saga;
  const timerId = nextTimerId(draft);
  const known = cause === undefined ? context : { ...context, cause };
  const commands = issues.map((each) => ({
    ...each,
    intentKey: formatIntentKey({ sagaId, step: step.name, item: each.item, phase, round: each.round }),
    ...action.commandFor(known, each.item),
  }));
  draft.add({ type: 'CommandsIssued', data: { step: step.name, phase, timerId, commands } });
  const waitMs = answerWaitMs(action.retry, sentOf(draft, step, phase, issues), draft.moment.random);
  schedule(draft, step, phase, issues, 'timeout', waitMs);
}

/** Sets the timer after which an item is asked for again, as a new round. */
export function pause(draft: Draft, step: CommandStep, phase: SagaPhase, item: string): void {
  const waitMs = roundPauseMs(actionOf(step, phase).retry, sentOf(draft, step, phase, [{ item }]), draft.moment.random);
  schedule(draft, step, phase, [{ item }], 'pause', waitMs);
}

/** Sets the timer after which the participant is asked again how an item ended: at least half of what it may be, and the last time at the end. */
export function probeLater(draft: Draft, step: CommandStep, item: string, everyMs: number, untilMs: number): void {
  const waitMs = Math.round((everyMs * (1 + draft.moment.random)) / 2);
  schedule(draft, step, 'do', [{ item }], 'probe', Math.min(waitMs, Math.max(0, untilMs - draft.moment.nowMs)));
}

/** Sets the timer by which the saga has to have reached its pivot. */
export function setDeadline(draft: Draft, deadlineMs: number): void {
  schedule(draft, { name: 'start' }, 'do', [{ item: soleItem }], 'deadline', deadlineMs);
}

export function actionOf(step: CommandStep, phase: SagaPhase): ActionDefinition {
  if (phase === 'do') return step.action;
  if (step.compensation === undefined) throw new Error(`step ${step.name} has no way back`);
  return step.compensation;
}

function schedule(
  draft: Draft,
  step: Pick<CommandStep, 'name'>,
  phase: SagaPhase,
  issues: readonly { readonly item: string }[],
  purpose: TimerState['purpose'],
  waitMs: number,
): void {
  draft.add({
    type: 'TimerScheduled',
    data: {
      timerId: nextTimerId(draft),
      step: step.name,
      phase,
      items: issues.map(({ item }) => item),
      purpose,
      dueAt: new Date(draft.moment.nowMs + waitMs).toISOString(),
    },
  });
}

function nextTimerId(draft: Draft): string {
  return `${draft.saga.sagaId}/timer/${draft.saga.timersMade + 1}`;
}

function sentOf(
  draft: Draft,
  step: CommandStep,
  phase: SagaPhase,
  issues: readonly { readonly item: string }[],
): number {
  const items = draft.saga.steps.get(stepKey(step.name, phase))?.items;
  return Math.max(1, ...issues.map(({ item }) => items?.get(item)?.sent ?? 0));
}
