import { versionColumn } from '../storage/schema.ts';
import type { Condition } from '../storage/condition.ts';
import type { Expression, Query } from './ast.ts';
import type { Value } from './compare.ts';
import type { Environment } from './evaluate.ts';
import { evaluate } from './evaluate.ts';

/** What SQLite can narrow and order for a query. The interpreter still decides what belongs to the result. */
export interface Plan {
  readonly conditions: readonly Condition[];
  /** An ORDER BY that SQLite gives through an index, so that reading can stop with the page; or undefined. */
  readonly order: { readonly descending: boolean } | undefined;
}

const conjuncts = (expression: Expression | undefined): readonly Expression[] => {
  if (expression === undefined) return [];
  return expression.kind === 'binary' && expression.operator === 'AND'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
};

const propertyOf = (expression: Expression): string | undefined =>
  expression.kind === 'member' &&
  expression.of.kind === 'root' &&
  expression.key.kind === 'constant' &&
  typeof expression.key.value === 'string'
    ? expression.key.value
    : undefined;

const isFixed = (expression: Expression): boolean =>
  expression.kind === 'constant' ||
  expression.kind === 'parameter' ||
  (expression.kind === 'unary' && isFixed(expression.operand));

const mirrored: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

interface Comparison {
  readonly property: string;
  readonly operator: string;
  readonly values: readonly Value[];
}

const comparisonOf = (expression: Expression, fixed: (part: Expression) => Value): Comparison | undefined => {
  if (expression.kind === 'in' && expression.list.every(isFixed)) {
    const property = propertyOf(expression.operand);
    return property === undefined ? undefined : { property, operator: 'IN', values: expression.list.map(fixed) };
  }
  if (expression.kind !== 'binary' || !Object.hasOwn(mirrored, expression.operator)) return undefined;
  const { left, right, operator } = expression;
  const leftProperty = propertyOf(left);
  if (leftProperty !== undefined && isFixed(right)) return { property: leftProperty, operator, values: [fixed(right)] };
  const rightProperty = propertyOf(right);
  if (rightProperty !== undefined && isFixed(left)) {
    return { property: rightProperty, operator: mirrored[operator] ?? operator, values: [fixed(left)] };
  }
  return undefined;
};

const toCondition = (
  column: string,
  { operator, values }: Comparison,
  type: 'string' | 'number',
): Condition | undefined => {
  const usable = values.filter((value) => typeof value === 'string' || typeof value === 'number');
  if (usable.length !== values.length || usable.some((value) => typeof value !== type)) return undefined;
  return operator === 'IN'
    ? { sql: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(usable)] }
    : { sql: `${column} ${operator} ?`, values: usable };
};

/** Finds what of a query SQLite can do by index: `id`, `version`, and the partition key where it is one property. */
export const planQuery = (
  query: Query,
  parameters: Environment['parameters'],
  keyPaths: readonly string[],
  singlePartition: boolean,
): Plan => {
  const fixed = (part: Expression): Value => evaluate(part, { item: undefined, parameters });
  const found = conjuncts(query.where)
    .map((part) => comparisonOf(part, fixed))
    .filter((part) => part !== undefined);
  const conditions: Condition[] = [];
  let numericVersion = false;
  for (const comparison of found) {
    const [value] = comparison.values;
    if (comparison.property === 'id') {
      const condition = toCondition('id', comparison, 'string');
      if (condition !== undefined) conditions.push(condition);
    } else if (comparison.property === 'version' && singlePartition) {
      const condition = toCondition(versionColumn, comparison, 'number');
      if (condition !== undefined) {
        conditions.push(condition);
        numericVersion = true;
      }
    }
    const isKey = keyPaths.length === 1 && keyPaths[0] === `/${comparison.property}`;
    if (!singlePartition && isKey && comparison.operator === '=' && typeof value === 'string') {
      conditions.push({ sql: 'pk = ?', values: [JSON.stringify([value])] });
    }
  }
  const [key] = query.orderBy;
  // Only numbers pass such a condition, so SQLite's order of the index is the order of the result.
  const byVersion =
    numericVersion && query.orderBy.length === 1 && key !== undefined && propertyOf(key.expression) === 'version';
  return { conditions, order: byVersion ? { descending: key.descending } : undefined };
};
