/** A plan of faults cannot be used; `message` names the field. */
export class FaultPlanInvalidError extends Error {
  readonly code = 'fault-plan-invalid';

  constructor(message: string) {
    super(message);
    this.name = 'FaultPlanInvalidError';
  }
}

/** Tells a {@link FaultPlanInvalidError}. */
export const isFaultPlanInvalid = (error: unknown): error is FaultPlanInvalidError =>
  error instanceof Error && 'code' in error && error.code === 'fault-plan-invalid';

/** Throws {@link FaultPlanInvalidError} where something does not hold. */
export const need: (holds: boolean, message: string) => asserts holds = (holds, message) => {
  if (!holds) throw new FaultPlanInvalidError(message);
};

export const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/** Absent, or a list of what `holds` says. */
export const isList = (value: unknown, holds: (each: unknown) => boolean): boolean =>
  value === undefined || (Array.isArray(value) && value.length > 0 && value.every(holds));

/** Refuses fields that mean nothing: a misspelt one would silently do nothing. */
export const onlyFields = (value: object, field: string, names: readonly string[]): void => {
  const other = Object.keys(value).find((name) => !names.includes(name));
  need(other === undefined, `${field} has no field ${JSON.stringify(other)}; it has ${names.join(', ')}.`);
};

const delayMsMax = 60_000;

/** Checks `{ kind: 'delay', ms }`. */
export const checkDelay = (fault: Readonly<Record<string, unknown>>, field: string): void => {
  onlyFields(fault, field, ['kind', 'ms']);
  need(isWhole(fault['ms'], 0, delayMsMax), `${field}.ms must be a whole number up to ${delayMsMax}.`);
};
