import type { JSONValue, SqlQuerySpec } from '@azure/cosmos';
import type { Condition, Query } from '@daybook/ports';

/** The query as parameterised SQL: no value and no field name of a caller becomes part of the language. */
export function compileQuery({ where = [], orderBy = [] }: Pick<Query, 'where' | 'orderBy'>): SqlQuerySpec {
  const parameters: { name: string; value: JSONValue }[] = [];
  const parameter = (value: JSONValue): string => {
    const name = `@p${parameters.length}`;
    parameters.push({ name, value });
    return name;
  };
  const conditions = where.map((condition) => compileCondition(condition, parameter));
  const orders = orderBy.map(({ field, direction }) => `${path(field)} ${direction === 'asc' ? 'ASC' : 'DESC'}`);
  const text = [
    'SELECT * FROM c',
    ...(conditions.length === 0 ? [] : [`WHERE ${conditions.join(' AND ')}`]),
    ...(orders.length === 0 ? [] : [`ORDER BY ${orders.join(', ')}`]),
  ];
  return { query: text.join(' '), parameters };
}

function compileCondition({ field, op, value }: Condition, parameter: (value: JSONValue) => string): string {
  if (op === 'in') {
    const values = value as readonly (string | number | boolean)[];
    return values.length === 0 ? 'false' : `${path(field)} IN (${values.map(parameter).join(', ')})`;
  }
  const operand = parameter(value as string | number | boolean);
  if (op === 'starts-with') return `STARTSWITH(${path(field)}, ${operand})`;
  if (op === 'contains') return `CONTAINS(${path(field)}, ${operand})`;
  return `${path(field)} ${op} ${operand}`;
}

function path(field: string): string {
  return `c${field
    .split('.')
    .map((part) => `[${JSON.stringify(part)}]`)
    .join('')}`;
}
