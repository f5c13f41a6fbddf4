import type { Expression } from './ast.ts';
import type { Value } from './compare.ts';
import { compareValues, typeRank } from './compare.ts';
import { pathOf } from './paths.ts';

/** What a condition says of a value at least: it lies between these, both included. Texts or numbers. */
export interface Bounds {
  readonly lower?: string | number | undefined;
  readonly upper?: string | number | undefined;
}

type Limit = string | number | undefined;

const limitOf = (value: Value): Limit => (typeof value === 'string' || typeof value === 'number' ? value : undefined);

const isFixed = (expression: Expression): boolean =>
  expression.kind === 'constant' ||
  expression.kind === 'parameter' ||
  (expression.kind === 'unary' && expression.operator !== 'NOT' && isFixed(expression.operand));

/** The wider of two limits; none where they are of two types or one is missing: then nothing is known. */
const widest = (left: Limit, right: Limit, sign: 1 | -1): Limit => {
  if (left === undefined || right === undefined || typeRank(left) !== typeRank(right)) return undefined;
  return sign * compareValues(left, right) <= 0 ? left : right;
};

const mirrored: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

const ofComparison = (operator: string, limit: Limit): Bounds => {
  if (operator === '=') return { lower: limit, upper: limit };
  return operator.startsWith('>') ? { lower: limit } : { upper: limit };
};

/** Bounds of the value at `path` that every item has for which the condition holds. Wide is right, narrow would lose items. */
export const impliedBounds = (
  where: Expression | undefined,
  path: string,
  fixed: (expression: Expression) => Value,
): Bounds => {
  const of = (expression: Expression): Bounds => impliedBounds(expression, path, fixed);
  const isPath = (expression: Expression): boolean => pathOf(expression) === path;
  switch (where?.kind) {
    case 'between':
      return isPath(where.operand) && isFixed(where.low) && isFixed(where.high)
        ? { lower: limitOf(fixed(where.low)), upper: limitOf(fixed(where.high)) }
        : {};
    case 'binary': {
      const { operator, left, right } = where;
      if (operator === 'AND') {
        const [one, other] = [of(left), of(right)];
        return { lower: one.lower ?? other.lower, upper: one.upper ?? other.upper };
      }
      if (operator === 'OR') {
        const [one, other] = [of(left), of(right)];
        return { lower: widest(one.lower, other.lower, 1), upper: widest(one.upper, other.upper, -1) };
      }
      if (!Object.hasOwn(mirrored, operator)) return {};
      if (isPath(left) && isFixed(right)) return ofComparison(operator, limitOf(fixed(right)));
      if (isPath(right) && isFixed(left)) return ofComparison(mirrored[operator] ?? '', limitOf(fixed(left)));
      return {};
    }
    default:
      return {};
  }
};
