import type { SQLInputValue } from 'node:sqlite';

/** A condition on the items table with its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Joins conditions with AND. */
export const allOf = (conditions: readonly Condition[]): Condition => ({
  sql: conditions.map((condition) => condition.sql).join(' AND '),
  values: conditions.flatMap((condition) => condition.values),
});
