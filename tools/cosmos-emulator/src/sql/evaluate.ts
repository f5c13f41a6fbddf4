import type { Json } from '../protocol/message.ts';
import { isObject } from '../protocol/message.ts';
import { badRequest } from '../protocol/refusal.ts';
import type { Expression } from './ast.ts';
import type { Value } from './compare.ts';
import { compareValues, equalValues, typeRank } from './compare.ts';
import { functions } from './functions.ts';

/** What an expression is evaluated in. */
export interface Environment {
  readonly item: Value;
  readonly parameters: ReadonlyMap<string, Json>;
  /** Results of the aggregates, where the selection is evaluated over all items. */
  readonly aggregates?: ReadonlyMap<Expression, Value>;
}

const logical = (operator: string, left: Value, right: () => Value): Value => {
  const decisive = operator === 'OR';
  if (left === decisive) return decisive;
  const other = right();
  if (other === decisive) return decisive;
  return typeof left === 'boolean' && typeof other === 'boolean' ? !decisive : undefined;
};

const ordered = (operator: string, left: Value, right: Value): Value => {
  // Only values of one primitive type have an order in a comparison.
  if (typeRank(left) !== typeRank(right) || typeRank(left) === 0 || typeRank(left) > 4) return undefined;
  const order = compareValues(left, right);
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
};

const arithmetic = (operator: string, left: number, right: number): Value => {
  const results: Readonly<Record<string, number>> = {
    '+': left + right,
    '-': left - right,
    '*': left * right,
    '/': left / right,
    '%': left % right,
  };
  const result = results[operator];
  return result === undefined || !Number.isFinite(result) ? undefined : result;
};

const binary = (operator: string, left: Value, right: Value): Value => {
  if (operator === '=' || operator === '!=' || operator === '<>') {
    if (left === undefined || right === undefined) return undefined;
    return equalValues(left, right) === (operator === '=');
  }
  if (operator === '||') return typeof left === 'string' && typeof right === 'string' ? left + right : undefined;
  if ('<>='.includes(operator[0] ?? '')) return ordered(operator, left, right);
  return typeof left === 'number' && typeof right === 'number' ? arithmetic(operator, left, right) : undefined;
};

const member = (of: Value, key: Value): Value => {
  if (Array.isArray(of)) return typeof key === 'number' ? (of[key] as Value) : undefined;
  return isObject(of) && typeof key === 'string' && Object.hasOwn(of, key) ? of[key] : undefined;
};

const membership = (value: Value, list: readonly Value[]): Value => {
  if (value === undefined) return undefined;
  return list.some((candidate) => candidate !== undefined && equalValues(value, candidate));
};

const defined = (entries: readonly (readonly [string, Value])[]): Json =>
  Object.fromEntries(entries.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined));

/** The value of an expression, with Cosmos' rules for what is undefined. */
export const evaluate = (expression: Expression, environment: Environment): Value => {
  const of = (part: Expression): Value => evaluate(part, environment);
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'root':
      return environment.item;
    case 'parameter': {
      if (!environment.parameters.has(expression.name)) {
        throw badRequest(`The query uses the parameter ${expression.name}, which the request does not define.`);
      }
      return environment.parameters.get(expression.name);
    }
    case 'member':
      return member(of(expression.of), of(expression.key));
    case 'unary': {
      const value = of(expression.operand);
      if (expression.operator === 'NOT') return typeof value === 'boolean' ? !value : undefined;
      if (typeof value !== 'number') return undefined;
      return expression.operator === '-' ? -value : value;
    }
    case 'binary':
      return expression.operator === 'AND' || expression.operator === 'OR'
        ? logical(expression.operator, of(expression.left), () => of(expression.right))
        : binary(expression.operator, of(expression.left), of(expression.right));
    case 'in':
      return membership(of(expression.operand), expression.list.map(of));
    case 'between': {
      const value = of(expression.operand);
      return logical('AND', ordered('>=', value, of(expression.low)), () => ordered('<=', value, of(expression.high)));
    }
    case 'call':
      return functions[expression.name]?.apply(...expression.parameters.map(of));
    case 'aggregate':
      return environment.aggregates?.get(expression);
    case 'array':
      return expression.elements.map(of).filter((value) => value !== undefined);
    case 'object':
      return defined(expression.properties.map(({ name, value }) => [name, of(value)] as const));
  }
};
