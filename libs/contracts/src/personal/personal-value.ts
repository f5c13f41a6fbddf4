import { z } from 'zod';

/** A personal value as it is stored and published: encrypted under a key of its subject, which can be destroyed. */
export const sealedValue = z.strictObject({
  enc: z.literal(1),
  kid: z.string().max(80),
  iv: z.string().max(24),
  tag: z.string().max(32),
  ct: z.string(),
});

/** What is left of a personal value whose subject was erased. */
export const erasedValue = z.strictObject({ erased: z.literal(true) });

/** A personal value that is there, for readers who may not see it. */
export const withheldValue = z.strictObject({ withheld: z.literal(true) });

/** Which schemas are of personal data: outside of the service only the sealed form is met. */
export const personalValues = z.registry<object, z.ZodUnion>();

/**
 * A field with personal data. Its producer gives the plain value; on hubs it is always sealed, and readers inside the service see what
 * they may. Nobody's decisions can rest on it.
 */
export function personal<S extends z.ZodType>(schema: S) {
  const value = z.union([schema, sealedValue, erasedValue, withheldValue]);
  personalValues.add(value, {});
  return value;
}
