import type { AggregateName, Expression, Selection } from './ast.ts';
import type { Value } from './compare.ts';
import { compareValues } from './compare.ts';
import type { Environment } from './evaluate.ts';
import { evaluate } from './evaluate.ts';

type Aggregate = Extract<Expression, { kind: 'aggregate' }>;

const collect = (value: unknown, found: Aggregate[]): Aggregate[] => {
  if (typeof value !== 'object' || value === null) return found;
  if ('kind' in value && value.kind === 'aggregate') found.push(value as Aggregate);
  else Object.values(value).forEach((child) => collect(child, found));
  return found;
};

/** Undefined values do not count; one that is not a number makes SUM and AVG undefined. */
const fold = (name: AggregateName, values: readonly Value[]): Value => {
  const present = values.filter((value) => value !== undefined);
  if (name === 'COUNT') return present.length;
  if (name === 'SUM' || name === 'AVG') {
    let sum = 0;
    for (const value of present) {
      if (typeof value !== 'number') return undefined;
      sum += value;
    }
    if (name === 'SUM') return sum;
    return present.length === 0 ? undefined : sum / present.length;
  }
  const sign = name === 'MIN' ? 1 : -1;
  return present.reduce<Value>(
    (best, value) => (best === undefined || sign * compareValues(value, best) < 0 ? value : best),
    undefined,
  );
};

/** Every aggregate of a selection, computed over the items. */
export const computeAggregates = (
  selection: Selection,
  items: readonly Value[],
  parameters: Environment['parameters'],
): ReadonlyMap<Expression, Value> =>
  new Map(
    collect(selection, []).map((aggregate) => [
      aggregate,
      fold(
        aggregate.name,
        items.map((item) => evaluate(aggregate.operand, { item, parameters })),
      ),
    ]),
  );
