import type { CommandStep } from '../definition/definition.ts';
import { advance, compensate } from './advance.ts';
import { commandStep } from './answers.ts';
import { type Draft, openItems } from './draft.ts';
import { actionOf, issue } from './issue.ts';
import { type ItemState, stepKey, type TimerState } from './state.ts';

/** Why a step ended that nobody answered. */
export const noAnswer = 'timed-out';

/** A timer is due. One that is not current any more means nothing. */
export function takeTimer(draft: Draft, timerId: string): void {
  const timer = draft.saga.timers.get(timerId);
  if (timer?.purpose === 'deadline') {
    draft.add({ type: 'TimerFired', data: { timerId } });
    advance(draft);
    return;
  }
  const step = timer === undefined ? undefined : commandStep(draft.definition, timer.step);
  if (timer === undefined || step === undefined) {
    draft.add({ type: 'InputIgnored', data: { reason: 'timer-not-current', input: timerId } });
    return;
  }
  const open = openItems(draft.saga, timer);
  draft.add({ type: 'TimerFired', data: { timerId } });
  if (timer.purpose === 'pause') askAnew(draft, step, timer, open);
  else if (timer.purpose === 'probe') issueNextAttempt(draft, step, timer, open);
  else askAgain(draft, step, timer, open);
}

function askAnew(draft: Draft, step: CommandStep, timer: TimerState, open: readonly string[]): void {
  const next = open.map((item) => ({ item, round: stateOf(draft, timer, item).round + 1, attempt: 1 }));
  if (next.length > 0) issue(draft, step, timer.phase, next);
}

function askAgain(draft: Draft, step: CommandStep, timer: TimerState, open: readonly string[]): void {
  const { attempts } = actionOf(step, timer.phase).retry;
  const spent = open.filter((item) => stateOf(draft, timer, item).sent >= attempts);
  if (spent.length > 0 && timer.phase === 'do' && step.compensation !== undefined) {
    draft.add({ type: 'StepTimedOut', data: { step: step.name, phase: timer.phase, items: spent } });
    const detail = `${step.name} of ${spent.slice(0, 10).join(', ')} was not answered in ${attempts} attempts`;
    compensate(draft, { kind: 'timed-out', reason: noAnswer, detail, step: step.name });
    return;
  }
  const again = open.filter((item) => !spent.includes(item));
  issueNextAttempt(draft, step, timer, again);
  if (spent.length > 0) {
    const detail = `sent ${attempts} times without an answer; one that comes late still counts`;
    draft.add({
      type: 'SagaParked',
      data: { step: step.name, phase: timer.phase, items: spent, reason: noAnswer, detail },
    });
  }
  advance(draft);
}

/** The same intent once more: whoever has carried it out answers again, whoever has not does it now. */
function issueNextAttempt(draft: Draft, step: CommandStep, timer: TimerState, items: readonly string[]): void {
  if (items.length === 0) return;
  const issues = items.map((item) => {
    const { round, attempt } = stateOf(draft, timer, item);
    return { item, round, attempt: attempt + 1 };
  });
  issue(draft, step, timer.phase, issues);
}

function stateOf(draft: Draft, timer: TimerState, item: string): ItemState {
  const state = draft.saga.steps.get(stepKey(timer.step, timer.phase))?.items.get(item);
  if (state === undefined) throw new Error(`${timer.timerId} covers ${item}, which its step does not have`);
  return state;
}
