import { badRequest } from '../protocol/refusal.ts';
import type { AggregateName, Expression } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { functions } from './functions.ts';

/** What the parser must know of the query around an expression. */
export interface Surroundings {
  readonly alias: string;
  /** Deepest nesting that is parsed. */
  readonly depthLeft: number;
}

const aggregates: ReadonlySet<string> = new Set<AggregateName>(['COUNT', 'SUM', 'MIN', 'MAX', 'AVG']);
const isAggregate = (name: string): name is AggregateName => aggregates.has(name);

const deeper = (around: Surroundings): Surroundings => {
  if (around.depthLeft === 0) throw badRequest('The query is nested too deeply.');
  return { ...around, depthLeft: around.depthLeft - 1 };
};

const list = (cursor: Cursor, around: Surroundings, close: string): Expression[] => {
  const expressions: Expression[] = [];
  if (cursor.take(close)) return expressions;
  do expressions.push(parseExpression(cursor, around));
  while (cursor.take(','));
  cursor.expect(close);
  return expressions;
};

const call = (cursor: Cursor, around: Surroundings, written: string): Expression => {
  const name = written.toUpperCase();
  const parameters = list(cursor, around, ')');
  const [operand] = parameters;
  if (isAggregate(name)) {
    if (operand === undefined || parameters.length > 1) throw cursor.error(`${name} takes one argument`);
    return { kind: 'aggregate', name, operand };
  }
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined) throw badRequest(`The function ${written} is not supported by this emulator.`);
  if (parameters.length < known.min || parameters.length > known.max) {
    throw badRequest(`The function ${name} takes ${known.min} to ${known.max} argument(s), not ${parameters.length}.`);
  }
  return { kind: 'call', name, parameters };
};

const object = (cursor: Cursor, around: Surroundings): Expression => {
  const properties: { name: string; value: Expression }[] = [];
  if (cursor.take('}')) return { kind: 'object', properties };
  do {
    const key = cursor.next();
    if (key.kind !== 'string' && key.kind !== 'name') throw cursor.error('expected a property name');
    cursor.expect(':');
    properties.push({ name: key.text, value: parseExpression(cursor, around) });
  } while (cursor.take(','));
  cursor.expect('}');
  return { kind: 'object', properties };
};

const literals: Readonly<Record<string, Expression>> = {
  TRUE: { kind: 'constant', value: true },
  FALSE: { kind: 'constant', value: false },
  NULL: { kind: 'constant', value: null },
  UNDEFINED: { kind: 'constant', value: undefined },
};

const primary = (cursor: Cursor, around: Surroundings): Expression => {
  if (cursor.take('(')) {
    if (cursor.at('SELECT')) throw badRequest('Subqueries are not supported by this emulator.');
    const inner = parseExpression(cursor, around);
    cursor.expect(')');
    return inner;
  }
  if (cursor.take('[')) return { kind: 'array', elements: list(cursor, around, ']') };
  if (cursor.take('{')) return object(cursor, around);
  const token = cursor.peek();
  if (token.kind === 'number') return { kind: 'constant', value: Number(cursor.next().text) };
  if (token.kind === 'string') return { kind: 'constant', value: cursor.next().text };
  if (token.kind === 'parameter') return { kind: 'parameter', name: cursor.next().text };
  const name = cursor.name();
  if (cursor.take('(')) return call(cursor, around, name);
  if (name === around.alias) return { kind: 'root' };
  const literal = Object.hasOwn(literals, name.toUpperCase()) ? literals[name.toUpperCase()] : undefined;
  if (literal !== undefined) return literal;
  throw badRequest(`Identifier '${name}' could not be resolved. The container's alias is '${around.alias}'.`);
};

const postfix = (cursor: Cursor, around: Surroundings): Expression => {
  let expression = primary(cursor, around);
  for (;;) {
    if (cursor.take('.')) {
      const token = cursor.next();
      if (token.kind !== 'name') throw cursor.error('expected a property name after "."');
      expression = { kind: 'member', of: expression, key: { kind: 'constant', value: token.text } };
    } else if (cursor.take('[')) {
      const key = parseExpression(cursor, around);
      cursor.expect(']');
      expression = { kind: 'member', of: expression, key };
    } else return expression;
  }
};

const unary = (cursor: Cursor, around: Surroundings): Expression => {
  const operator = cursor.take('-') ? '-' : cursor.take('+') ? '+' : undefined;
  if (operator === undefined) return postfix(cursor, around);
  return { kind: 'unary', operator, operand: unary(cursor, deeper(around)) };
};

type Parse = (cursor: Cursor, around: Surroundings) => Expression;

/** Left-associative operators of one precedence. */
const level =
  (operators: readonly string[], operand: Parse): Parse =>
  (cursor, around) => {
    let left = operand(cursor, around);
    for (;;) {
      const operator = operators.find((candidate) => cursor.take(candidate));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: operand(cursor, around) };
    }
  };

const additive = level(['+', '-', '||'], level(['*', '/', '%'], unary));

const comparison: Parse = (cursor, around) => {
  const left = level(['=', '!=', '<>', '<=', '>=', '<', '>'], additive)(cursor, around);
  const negated = cursor.take('NOT');
  const wrap = (expression: Expression): Expression =>
    negated ? { kind: 'unary', operator: 'NOT', operand: expression } : expression;
  if (cursor.take('IN')) {
    cursor.expect('(');
    const values = list(cursor, around, ')');
    if (values.length === 0) throw cursor.error('IN needs at least one value');
    return wrap({ kind: 'in', operand: left, list: values });
  }
  if (cursor.take('BETWEEN')) {
    const low = additive(cursor, around);
    cursor.expect('AND');
    return wrap({ kind: 'between', operand: left, low, high: additive(cursor, around) });
  }
  if (cursor.at('LIKE'))
    throw badRequest('LIKE is not supported by this emulator. Use STARTSWITH, CONTAINS or ENDSWITH.');
  if (negated) throw cursor.error('expected IN or BETWEEN after NOT');
  return left;
};

const negation: Parse = (cursor, around) =>
  cursor.take('NOT')
    ? { kind: 'unary', operator: 'NOT', operand: negation(cursor, deeper(around)) }
    : comparison(cursor, around);

const disjunction = level(['OR'], level(['AND'], negation));

/** Parses one scalar expression. */
export const parseExpression = (cursor: Cursor, around: Surroundings): Expression =>
  disjunction(cursor, deeper(around));
