import { limits } from '../protocol/limits.ts';
import { badRequest } from '../protocol/refusal.ts';
import type { Expression, Query, Selection } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { createCursor } from './cursor.ts';
import { parseExpression } from './expressions.ts';
import type { Surroundings } from './expressions.ts';
import { tokenize } from './lexer.ts';

const maxDepth = 100;

const columnName = (expression: Expression, ordinal: number): string =>
  expression.kind === 'member' && expression.key.kind === 'constant' && typeof expression.key.value === 'string'
    ? expression.key.value
    : `$${ordinal}`;

const parseSelection = (cursor: Cursor, around: Surroundings): Selection => {
  if (cursor.take('*')) return { kind: 'all' };
  if (cursor.take('VALUE')) return { kind: 'value', expression: parseExpression(cursor, around) };
  const columns: { name: string; expression: Expression }[] = [];
  let unnamed = 0;
  do {
    const expression = parseExpression(cursor, around);
    const named = cursor.take('AS') || cursor.peek().kind === 'name' ? tryAlias(cursor) : undefined;
    const name = named ?? (expression.kind === 'root' ? around.alias : columnName(expression, unnamed + 1));
    if (name.startsWith('$')) unnamed += 1;
    columns.push({ name, expression });
  } while (cursor.take(','));
  return { kind: 'list', columns };
};

const tryAlias = (cursor: Cursor): string | undefined => (cursor.at('FROM') ? undefined : cursor.name());

/** Whether an expression has an aggregate, and whether it reads the item outside of one. */
const uses = (expression: Expression): { readonly aggregate: boolean; readonly item: boolean } => {
  if (expression.kind === 'aggregate') {
    if (uses(expression.operand).aggregate) throw badRequest('Aggregates cannot be nested.');
    return { aggregate: true, item: false };
  }
  if (expression.kind === 'root') return { aggregate: false, item: true };
  const parts = childrenOf(expression).map(uses);
  return { aggregate: parts.some((part) => part.aggregate), item: parts.some((part) => part.item) };
};

const childrenOf = (expression: Expression): readonly Expression[] => {
  switch (expression.kind) {
    case 'member':
      return [expression.of, expression.key];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'in':
      return [expression.operand, ...expression.list];
    case 'between':
      return [expression.operand, expression.low, expression.high];
    case 'call':
      return expression.parameters;
    case 'array':
      return expression.elements;
    case 'object':
      return expression.properties.map((property) => property.value);
    default:
      return [];
  }
};

const selectionUse = (selection: Selection): ReturnType<typeof uses> => {
  if (selection.kind === 'all') return { aggregate: false, item: true };
  const expressions = selection.kind === 'value' ? [selection.expression] : selection.columns.map((c) => c.expression);
  const parts = expressions.map(uses);
  return { aggregate: parts.some((part) => part.aggregate), item: parts.some((part) => part.item) };
};

/** The alias of FROM, found first because the selection before it needs it. */
const findAlias = (text: string): string => {
  const cursor = createCursor(tokenize(text));
  while (cursor.peek().kind !== 'end' && !cursor.at('FROM')) cursor.next();
  if (!cursor.take('FROM')) throw badRequest('A query without FROM is not supported by this emulator.');
  const container = cursor.name();
  if (cursor.at('.') || cursor.at('[') || cursor.at('IN')) {
    throw badRequest('FROM over a part of the item is not supported by this emulator. Use FROM c.');
  }
  if (cursor.take('AS')) return cursor.name();
  return cursor.peek().kind === 'name' && !['WHERE', 'ORDER', 'OFFSET', 'GROUP', 'JOIN'].some((word) => cursor.at(word))
    ? cursor.name()
    : container;
};

const skipFrom = (cursor: Cursor, alias: string): void => {
  cursor.expect('FROM');
  const container = cursor.name();
  if (cursor.take('AS') || container !== alias) cursor.name();
};

/** Parses a query; 400 at anything outside of the supported subset. */
export const parseQuery = (text: string): Query => {
  if (text.length > limits.sqlCharacters)
    throw badRequest(`A query must not be longer than ${limits.sqlCharacters} characters.`);
  const around: Surroundings = { alias: findAlias(text), depthLeft: maxDepth };
  const cursor = createCursor(tokenize(text));
  const scalar = (): Expression => parseExpression(cursor, around);
  cursor.expect('SELECT');
  if (cursor.at('DISTINCT')) throw badRequest('DISTINCT is not supported by this emulator.');
  const top = cursor.take('TOP') ? scalarCount(cursor, around) : undefined;
  const selection = parseSelection(cursor, around);
  skipFrom(cursor, around.alias);
  if (cursor.at('JOIN')) throw badRequest('JOIN is not supported by this emulator.');
  const where = cursor.take('WHERE') ? scalar() : undefined;
  if (cursor.at('GROUP')) throw badRequest('GROUP BY is not supported by this emulator.');
  const orderBy: { expression: Expression; descending: boolean }[] = [];
  if (cursor.take('ORDER')) {
    cursor.expect('BY');
    do orderBy.push({ expression: scalar(), descending: cursor.take('DESC') || (cursor.take('ASC'), false) });
    while (cursor.take(','));
  }
  const offset = cursor.take('OFFSET') ? scalar() : undefined;
  if (offset !== undefined) cursor.expect('LIMIT');
  const limit = offset === undefined ? undefined : scalar();
  if (cursor.peek().kind !== 'end')
    throw cursor.error(`${JSON.stringify(cursor.peek().text)} is not supported by this emulator here.`);
  const use = selectionUse(selection);
  if (use.aggregate && use.item)
    throw badRequest('An aggregate cannot be mixed with properties of items without GROUP BY.');
  if (use.aggregate && orderBy.length > 0)
    throw badRequest('ORDER BY with aggregates is not supported by this emulator.');
  if ([where, ...orderBy.map((key) => key.expression)].some((part) => part !== undefined && uses(part).aggregate)) {
    throw badRequest('An aggregate is allowed in SELECT only.');
  }
  return { selection, top, where, orderBy, offset, limit, aggregated: use.aggregate };
};

/** `TOP 5` or `TOP @n`: a whole expression would swallow the `*` that follows. */
const scalarCount = (cursor: Cursor, around: Surroundings): Expression => {
  const token = cursor.peek();
  if (token.kind !== 'number' && token.kind !== 'parameter')
    throw cursor.error(`TOP needs a number or a parameter before the selection of ${around.alias}`);
  cursor.next();
  return token.kind === 'number'
    ? { kind: 'constant', value: Number(token.text) }
    : { kind: 'parameter', name: token.text };
};
