import type { Expression } from './ast.ts';

/** The property names of `c.a["b"]`; undefined for anything but a path from the item. */
export const segmentsOf = (expression: Expression): readonly string[] | undefined => {
  if (expression.kind === 'root') return [];
  if (expression.kind !== 'member' || expression.key.kind !== 'constant') return undefined;
  const of = segmentsOf(expression.of);
  const name = expression.key.value;
  return of !== undefined && typeof name === 'string' ? [...of, name] : undefined;
};

/** Names that need no quotes in SQLite's paths and no escapes in its texts. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `c.a.b` as SQLite writes it, `$.a.b`; undefined for anything else. */
export const pathOf = (expression: Expression): string | undefined => {
  const segments = segmentsOf(expression);
  return segments?.every((name) => plainName.test(name)) ? ['$', ...segments].join('.') : undefined;
};
