import type { Expression } from './ast.ts';

/** Names that need no quotes in SQLite's paths and no escapes in its texts. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `c.a.b` as `$.a.b`; undefined for anything else. */
export const pathOf = (expression: Expression): string | undefined => {
  if (expression.kind === 'root') return '$';
  if (expression.kind !== 'member' || expression.key.kind !== 'constant') return undefined;
  const of = pathOf(expression.of);
  const name = expression.key.value;
  return of !== undefined && typeof name === 'string' && plainName.test(name) ? `${of}.${name}` : undefined;
};
