import type { CommandStep, SagaDefinition } from '../definition/definition.ts';
import { isFinished, type LiveSaga, needsUndo, stepKey } from '../decide/state.ts';

/** The steps that are still to be done, in their order, the one under way included: `capture`, on the way back `undo reserve`. Pure. */
export function remainingPath(definition: SagaDefinition, saga: LiveSaga): readonly string[] {
  if (isFinished(saga)) return [];
  return saga.status === 'running' ? forward(definition, saga) : back(definition, saga);
}

function forward({ stages }: SagaDefinition, saga: LiveSaga): readonly string[] {
  return stages.flat().flatMap((step) => {
    if (step.kind === 'pivot') return saga.pivotPassed ? [] : [step.name];
    const entered = saga.steps.get(stepKey(step.name, 'do'))?.items;
    if (entered === undefined) return step.itemsOf(saga.context).length === 0 ? [] : [step.name];
    return [...entered.values()].every((item) => item.status === 'succeeded') ? [] : [step.name];
  });
}

function back(definition: SagaDefinition, saga: LiveSaga): readonly string[] {
  const undone = definition.stages
    .flat()
    .filter((step): step is CommandStep => step.kind !== 'pivot' && step.compensation !== undefined)
    .filter((step) => isOpen(saga, step))
    .map((step) => `undo ${step.name}`)
    .reverse();
  const { closing } = definition;
  const closes = saga.cause !== undefined && closing?.appliesTo(saga.cause) === true;
  return closes ? [...undone, closing.name] : undone;
}

function isOpen(saga: LiveSaga, { name }: CommandStep): boolean {
  const undo = saga.steps.get(stepKey(name, 'undo'))?.items;
  return [...(saga.steps.get(stepKey(name, 'do'))?.items ?? [])].some(
    ([id, item]) => needsUndo(item) && undo?.get(id)?.status !== 'succeeded',
  );
}
