import type { Condition } from '../storage/condition.ts';
import type { Expression, Query } from './ast.ts';
import { impliedBounds } from './bounds.ts';
import type { Value } from './compare.ts';
import { typeRank } from './compare.ts';
import type { Position } from './continuation.ts';
import { pathOf } from './paths.ts';

/** An ORDER BY that SQLite gives by an index, so that reading can stop with the page. */
export interface IndexedOrder {
  /** Paths and directions, as part of a name: `placedAt.d id.a`. */
  readonly name: string;
  /** What the index is on: rank and value of every path, then the number. */
  readonly index: string;
  /** For ORDER BY. */
  readonly order: string;
  /** Leaves out what cannot belong to the result. */
  readonly conditions: readonly Condition[];
}

/** The place of a value's type in the order of types, as {@link typeRank} has it. */
export const rankSql = (path: string): string =>
  `CASE json_type(body, '${path}') WHEN 'null' THEN 1 WHEN 'true' THEN 2 WHEN 'false' THEN 2 WHEN 'integer' THEN 3 ` +
  `WHEN 'real' THEN 3 WHEN 'text' THEN 4 WHEN 'array' THEN 5 WHEN 'object' THEN 6 ELSE 0 END`;

/** The value, which SQLite compares within a type as {@link compareValues} does. */
export const valueSql = (path: string): string => `json_extract(body, '${path}')`;

/** From the last row of the page before on; the interpreter leaves out what was returned. */
const resumed = (path: string, key: Value, descending: boolean, oneType: boolean): Condition => {
  const operator = descending ? '<=' : '>=';
  const rank = typeRank(key);
  if (typeof key !== 'string' && typeof key !== 'number') {
    return { sql: `${rankSql(path)} ${operator} ?`, values: [rank] };
  }
  return oneType
    ? { sql: `${valueSql(path)} ${operator} ?`, values: [key] }
    : { sql: `(${rankSql(path)}, ${valueSql(path)}) ${operator} (?, ?)`, values: [rank, key] };
};

/** A comparison holds for values of one type only. */
const bound = (path: string, operator: string, value: string | number): Condition => ({
  sql: `${rankSql(path)} = ? AND ${valueSql(path)} ${operator} ?`,
  values: [typeRank(value), value],
});

/** How SQLite orders a query; undefined where its paths are not plain. `fixed` evaluates constants and parameters. */
export const indexedOrder = (
  query: Query,
  fixed: (expression: Expression) => Value,
  after: Position | undefined,
): IndexedOrder | undefined => {
  const keys = query.orderBy.map(({ expression, descending }) => ({ path: pathOf(expression) ?? '$', descending }));
  const [first] = keys;
  if (first === undefined || keys.some(({ path }) => path === '$')) return undefined;
  const terms = keys.flatMap(({ path, descending }) => {
    const direction = descending ? 'DESC' : 'ASC';
    return [`${rankSql(path)} ${direction}`, `${valueSql(path)} ${direction}`];
  });
  terms.push('number');
  const { lower, upper } = impliedBounds(query.where, first.path, fixed);
  const oneType = lower !== undefined || upper !== undefined;
  const conditions = [
    ...(lower === undefined ? [] : [bound(first.path, '>=', lower)]),
    ...(upper === undefined ? [] : [bound(first.path, '<=', upper)]),
    ...(after === undefined ? [] : [resumed(first.path, after.keys[0], first.descending, oneType)]),
  ];
  return {
    name: keys.map(({ path, descending }) => `${path.slice(2)}.${descending ? 'd' : 'a'}`).join(' '),
    index: terms.join(', '),
    // SQLite sorts all of it when a term of the order is the same for every row.
    order: terms.slice(oneType ? 1 : 0).join(', '),
    conditions,
  };
};
