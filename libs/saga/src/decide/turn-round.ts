import { type Refusal, refuse } from '@daybook/ports';
import { askedForGood, type Draft } from './draft.ts';

/** Why an operator cannot turn the saga round; `undefined` where they can. */
export function whyNoTurn(draft: Draft, action: 'cancel' | 'force-compensate'): Refusal | undefined {
  const { saga, definition } = draft;
  if (saga.status === 'compensating') return refuse('already-compensating', 'It has turned round already.');
  const pivot = definition.stages.flat().find((step) => step.kind === 'pivot');
  const passed = saga.pivotPassed || (pivot !== undefined && saga.signals.has(pivot.awaits));
  if (passed) {
    const what = pivot === undefined ? 'Its start is its pivot' : `It has passed its pivot (${pivot.awaits})`;
    const remedy = 'retry, skip or resolve the step that it waits for';
    return refuse('past-the-pivot', `${what}: from there it can only go forward. To help it on, ${remedy}.`);
  }
  const [final] = askedForGood(draft);
  if (action === 'force-compensate' || final === undefined) return undefined;
  const signals = definition.cancelledBy.join(' or ');
  const remedy = signals === '' ? '' : ` Call it off where that is decided: ${signals} turns this saga round.`;
  const force = ' Where that can never come, force-compensate it, with evidence.';
  return refuse(
    'cannot-be-undone',
    `${final.name} was asked for, and nothing undoes it: ${final.nothingToUndo ?? ''}.${remedy}${force}`,
    { step: final.name },
  );
}
