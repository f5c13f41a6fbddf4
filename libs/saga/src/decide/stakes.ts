import type { CommandStep, SagaDefinition, Stake } from '../definition/definition.ts';
import { isFinished, type LiveSaga, needsUndo, stepKey } from './state.ts';

/** What would be lost, or stay where it does not belong, if a saga were left as it is. */
export interface Stakes {
  /** A sum for each currency, in minor units. */
  readonly money: readonly { readonly currency: string; readonly amount: number }[];
  /** Pieces of stock. */
  readonly pieces: number;
}

export const nothingAtStake: Stakes = { money: [], pieces: 0 };

/**
 * Before the pivot, and on the way back, it is what was asked for and is not confirmed to be undone; after the pivot what is still to be
 * done. Pure.
 */
export function atStake(definition: SagaDefinition, saga: LiveSaga): Stakes {
  if (isFinished(saga)) return nothingAtStake;
  const steps = definition.stages.flat().filter((step): step is CommandStep => step.kind !== 'pivot');
  return sumOf(
    steps.flatMap((step) =>
      (saga.pivotPassed ? notDone(step, saga) : notUndone(step, saga)).map((item) => step.stakeOf(saga.context, item)),
    ),
  );
}

/** The sum of several stakes, currencies in the order of their names. */
export function sumOf(stakes: readonly Stake[]): Stakes {
  const money = new Map<string, number>();
  let pieces = 0;
  for (const stake of stakes) {
    pieces += stake.pieces ?? 0;
    if (stake.money === undefined || stake.money.amount === 0) continue;
    money.set(stake.money.currency, (money.get(stake.money.currency) ?? 0) + stake.money.amount);
  }
  const sums = [...money].map(([currency, amount]) => ({ currency, amount }));
  return { money: sums.sort((one, other) => (one.currency < other.currency ? -1 : 1)), pieces };
}

function notDone(step: CommandStep, saga: LiveSaga): readonly string[] {
  if (step.kind !== 'retriable') return [];
  const items = saga.steps.get(stepKey(step.name, 'do'))?.items;
  if (items === undefined) return step.itemsOf(saga.context);
  return [...items].flatMap(([id, item]) => (item.status === 'succeeded' ? [] : [id]));
}

function notUndone(step: CommandStep, saga: LiveSaga): readonly string[] {
  if (step.compensation === undefined) return [];
  const done = saga.steps.get(stepKey(step.name, 'do'))?.items ?? new Map<string, never>();
  const undone = saga.steps.get(stepKey(step.name, 'undo'))?.items;
  return [...done].flatMap(([id, item]) => (needsUndo(item) && undone?.get(id)?.status !== 'succeeded' ? [id] : []));
}
