import { limits } from '../protocol/limits.ts';
import type { Json } from '../protocol/message.ts';
import { badRequest } from '../protocol/refusal.ts';
import { computeAggregates } from './aggregates.ts';
import type { Expression, Query } from './ast.ts';
import type { Value } from './compare.ts';
import { compareValues } from './compare.ts';
import type { Position } from './continuation.ts';
import type { Environment } from './evaluate.ts';
import { evaluate } from './evaluate.ts';

/** An item with the number that orders equal ones. */
export interface Candidate {
  readonly number: number;
  readonly item: Json;
}

/** How a page is read. */
export interface PageOptions {
  readonly parameters: Environment['parameters'];
  readonly size: number;
  readonly after: Position | undefined;
  /** Whether the candidates come in the order of the result already. */
  readonly sorted: boolean;
}

/** A page of results; `next` is there exactly when there are more. */
export interface Page {
  readonly results: readonly Json[];
  readonly next: Position | undefined;
}

interface Ranked extends Candidate {
  readonly keys: readonly Value[];
}

const countOf = (expression: Expression | undefined, parameters: Environment['parameters']): number | undefined => {
  if (expression === undefined) return undefined;
  const value = evaluate(expression, { item: undefined, parameters });
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw badRequest('TOP, OFFSET and LIMIT must be whole numbers that are not negative.');
  }
  return value;
};

const project = (query: Query, environment: Environment): Value => {
  const { selection } = query;
  if (selection.kind === 'all') return environment.item;
  if (selection.kind === 'value') return evaluate(selection.expression, environment);
  const columns = selection.columns.map(({ name, expression }) => [name, evaluate(expression, environment)] as const);
  return Object.fromEntries(columns.filter((column): column is readonly [string, Json] => column[1] !== undefined));
};

const comparator =
  (query: Query) =>
  (left: Pick<Ranked, 'keys' | 'number'>, right: Pick<Ranked, 'keys' | 'number'>): number => {
    for (const [index, { descending }] of query.orderBy.entries()) {
      const order = compareValues(left.keys[index], right.keys[index]);
      if (order !== 0) return descending ? -order : order;
    }
    return left.number - right.number;
  };

function* matching(query: Query, candidates: Iterable<Candidate>, options: PageOptions): Iterable<Ranked> {
  const { parameters, after } = options;
  const compare = comparator(query);
  for (const candidate of candidates) {
    const environment = { item: candidate.item, parameters };
    if (query.where !== undefined && evaluate(query.where, environment) !== true) continue;
    const keys = query.orderBy.map(({ expression }) => evaluate(expression, environment));
    const ranked = { ...candidate, keys };
    if (after === undefined || compare(ranked, after) > 0) yield ranked;
  }
}

/** Runs a query over candidates (a superset of what it matches) and returns one page. */
export const runQuery = (query: Query, candidates: Iterable<Candidate>, options: PageOptions): Page => {
  const { parameters, after, size } = options;
  const matches = matching(query, candidates, options);
  const skip = after === undefined ? (countOf(query.offset, parameters) ?? 0) : 0;
  const top = countOf(query.top, parameters);
  const left = after === undefined ? (countOf(query.limit, parameters) ?? top) : after.left;
  if (query.aggregated) {
    const items = [...matches].map((match) => match.item);
    const aggregates = computeAggregates(query.selection, items, parameters);
    const result = project(query, { item: undefined, parameters, aggregates });
    return { results: result === undefined || left === 0 || skip > 0 ? [] : [result], next: undefined };
  }
  const ordered = options.sorted ? matches : [...matches].sort(comparator(query));
  const results: Json[] = [];
  let skipped = 0;
  let taken = 0;
  let bytes = 0;
  let last: Ranked | undefined;
  for (const match of ordered) {
    if (skipped < skip) {
      skipped += 1;
      continue;
    }
    if (left !== undefined && taken >= left) break;
    if (taken >= size || bytes > limits.responsePageBytes / 2) {
      const remaining = left === undefined ? undefined : left - taken;
      return { results, next: { keys: last?.keys ?? [], number: last?.number ?? 0, left: remaining } };
    }
    last = match;
    taken += 1;
    const result = project(query, { item: match.item, parameters });
    if (result === undefined) continue;
    results.push(result);
    bytes += JSON.stringify(result).length;
  }
  return { results, next: undefined };
};
