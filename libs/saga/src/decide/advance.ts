import type { CommandStep, SagaStep } from '../definition/definition.ts';
import type { CompensationCause } from '../events/saga-events.ts';
import { canBeOverdue, type Draft, dropIdleTimers } from './draft.ts';
import { enter, issueNextWave } from './issue.ts';
import { type ItemState, needsUndo, stepKey } from './state.ts';

/** Takes the saga as far as it can go at this moment. */
export function advance(draft: Draft): void {
  dropIdleTimers(draft);
  if (draft.saga.status === 'running') goForward(draft);
  else if (draft.saga.status === 'compensating') goBack(draft);
  // A step just asked for may have ended the deadline.
  dropIdleTimers(draft);
}

/** Turns the saga round. */
export function compensate(draft: Draft, cause: CompensationCause): void {
  if (draft.saga.parked.size > 0) draft.add({ type: 'SagaUnparked', data: { reason: 'compensating' } });
  draft.add({ type: 'CompensationStarted', data: { cause } });
  advance(draft);
}

function goForward(draft: Draft): void {
  if (draft.saga.overdue && canBeOverdue(draft)) {
    const detail = `it had not reached its pivot by its deadline, ${draft.definition.deadlineMs ?? 0} ms after it began`;
    compensate(draft, { kind: 'timed-out', reason: 'timed-out', detail });
    return;
  }
  for (const stage of draft.definition.stages) {
    if (stage.some((step) => migrate(draft, step))) {
      goForward(draft);
      return;
    }
    for (const step of stage) {
      if (step.kind === 'pivot') passPivot(draft, step.name, step.awaits);
      else work(draft, step);
    }
    if (!stage.every((step) => isDone(draft, step))) return;
  }
  draft.add({ type: 'SagaCompleted', data: {} });
}

/** Before it enters the step that the next version of its definition names, a saga goes over to that version. */
function migrate(draft: Draft, { name }: SagaStep): boolean {
  const { saga, definition } = draft;
  const migration = definition.next?.migrations.find(({ from }) => from === saga.definitionVersion);
  if (migration?.at !== name || saga.steps.has(stepKey(name, 'do'))) return false;
  const to = definition.next?.version ?? definition.version;
  const context = { ...migration.contextFrom(saga.context) };
  draft.add({ type: 'SagaMigrated', data: { from: saga.definitionVersion, to, at: name, context } });
  return true;
}

function passPivot(draft: Draft, step: string, awaits: string): void {
  enter(draft, step, 'do', []);
  if (!draft.saga.pivotPassed && draft.saga.signals.has(awaits)) draft.add({ type: 'PivotPassed', data: { step } });
}

function work(draft: Draft, step: CommandStep): void {
  if (!draft.saga.steps.has(stepKey(step.name, 'do'))) enter(draft, step.name, 'do', step.itemsOf(draft.saga.context));
  issueNextWave(draft, step, 'do');
}

function isDone(draft: Draft, step: SagaStep): boolean {
  if (step.kind === 'pivot') return draft.saga.pivotPassed;
  return itemsOf(draft, step.name, 'do').every((item) => item.status === 'succeeded');
}

/** Stages in reverse, the steps of one together. An undo that is parked holds up no other, but nothing is closed before it is confirmed. */
function goBack(draft: Draft): void {
  const stages = [...draft.definition.stages].reverse();
  for (const stage of stages) {
    for (const step of stage) {
      if (step.kind === 'compensable' && step.compensation !== undefined) undo(draft, step);
    }
    const open = stage.some((step) =>
      itemsOf(draft, step.name, 'undo').some((item) => item.status !== 'succeeded' && item.status !== 'parked'),
    );
    if (open) return;
  }
  const confirmed = stages
    .flat()
    .every((step) => itemsOf(draft, step.name, 'undo').every((item) => item.status === 'succeeded'));
  if (confirmed) close(draft);
}

function undo(draft: Draft, step: CommandStep): void {
  const done = draft.saga.steps.get(stepKey(step.name, 'do'))?.items ?? [];
  const items = [...done].flatMap(([id, item]) => (needsUndo(item) ? [id] : []));
  if (items.length === 0) return;
  enter(draft, step.name, 'undo', items);
  issueNextWave(draft, step, 'undo');
}

function close(draft: Draft): void {
  const { cause } = draft.saga;
  if (cause === undefined) throw new Error('a saga cannot turn round without a cause');
  const { closing } = draft.definition;
  if (closing?.appliesTo(cause) === true) {
    work(draft, closing);
    if (!isDone(draft, closing)) return;
  }
  draft.add({ type: 'SagaCompensated', data: { cause } });
}

function itemsOf(draft: Draft, step: string, phase: 'do' | 'undo'): ItemState[] {
  return [...(draft.saga.steps.get(stepKey(step, phase))?.items.values() ?? [])];
}
