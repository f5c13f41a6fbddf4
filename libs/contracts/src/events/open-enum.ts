import { z } from 'zod';

/** Which enumerations are open. */
export const openEnums = z.registry<object, z.ZodEnum>();

/**
 * An enumeration of an event to which values may be added without a new version, because every reader passes over those that it does not
 * know. Not for what a reader parses with the schema: there an unknown value is an error.
 */
export function openEnum<S extends z.ZodEnum>(values: S): S {
  const open = values.clone();
  openEnums.add(open, {});
  return open;
}
