import type { Condition, Document, Query } from './container.ts';

type OrderBy = NonNullable<Query['orderBy']>;

/** A document with its place of creation, which breaks ties between documents equal in every order field. */
export interface Candidate<T extends Document> {
  readonly document: T;
  readonly place: number;
}

/** Where a page ended: the order values and the place of its last document. */
interface Position {
  readonly values: readonly { readonly value?: unknown }[];
  readonly place: number;
}

export function matches(document: Document, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => holds(fieldOf(document, condition.field), condition));
}

/** The documents of one page in order, and the continuation when there are more. */
export function pageOf<T extends Document>(
  candidates: Candidate<T>[],
  orderBy: OrderBy,
  limit: number,
  continuation: string | undefined,
): { documents: T[]; continuation?: string } {
  const after = continuation === undefined ? undefined : parsePosition(continuation);
  const rest = candidates
    .map((candidate) => ({ candidate, at: positionOf(candidate, orderBy) }))
    .filter(({ at }) => after === undefined || comparePositions(at, after, orderBy) > 0)
    .sort((left, right) => comparePositions(left.at, right.at, orderBy));
  const page = rest.slice(0, limit);
  const documents = page.map(({ candidate }) => candidate.document);
  const last = page.at(-1);
  return last === undefined || rest.length === page.length
    ? { documents }
    : { documents, continuation: JSON.stringify(last.at) };
}

/** Throws a SyntaxError where the text is no continuation of ours. */
function parsePosition(continuation: string): Position {
  return JSON.parse(continuation) as Position;
}

function positionOf({ document, place }: Candidate<Document>, orderBy: OrderBy): Position {
  return { values: orderBy.map(({ field }) => ({ value: fieldOf(document, field) })), place };
}

function comparePositions(left: Position, right: Position, orderBy: OrderBy): number {
  for (const [index, { direction }] of orderBy.entries()) {
    const order = compareValues(left.values[index]?.value, right.values[index]?.value);
    if (order !== 0) return direction === 'asc' ? order : -order;
  }
  return left.place - right.place;
}

function compareValues(left: unknown, right: unknown): number {
  const rank = rankOf(left) - rankOf(right);
  if (rank !== 0) return rank;
  if (left === right || left === undefined || left === null) return 0;
  return (left as string | number | boolean) < (right as string | number | boolean) ? -1 : 1;
}

function rankOf(value: unknown): number {
  if (value === null) return 1;
  return ['undefined', 'null', 'boolean', 'number', 'string', 'object'].indexOf(typeof value);
}

function fieldOf(document: Document, path: string): unknown {
  let value: unknown = document;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

/** As in the database, a comparison with a field that is absent or of another type never holds, not even `!=`. */
function holds(actual: unknown, { op, value }: Condition): boolean {
  if (op === 'in') return Array.isArray(value) && value.includes(actual as string);
  if (typeof actual !== typeof value) return false;
  const order = compareValues(actual, value);
  switch (op) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case 'starts-with':
      return typeof actual === 'string' && actual.startsWith(value as string);
    case 'contains':
      return typeof actual === 'string' && actual.includes(value as string);
  }
}
