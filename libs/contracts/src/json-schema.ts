import { z } from 'zod';
import { openEnums } from './events/open-enum.ts';
import { personalValues, sealedValue } from './personal/personal-value.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A schema as JSON Schema 2020-12, as it is outside of the service: personal data are sealed, an enumeration that is open has its values
 * as `x-extensible-enum`, which refuses none. Rules that JSON Schema cannot express (zod's `check` and `refine`) are left out.
 *
 * @param io what is taken (`input`) or what is given (`output`): transformations and defaults make them differ
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const members = jsonSchema as Record<string, unknown>;
      if (openEnums.has(zodSchema as z.ZodEnum)) {
        members['x-extensible-enum'] = members['enum'];
        delete members['enum'];
      }
      if (personalValues.has(zodSchema as z.ZodUnion)) {
        for (const keyword of Object.keys(members)) delete members[keyword];
        Object.assign(members, jsonSchemaOf(sealedValue, io), { description: sealedDescription });
      }
    },
  });
  return rest;
}

const sealedDescription =
  'Personal data, encrypted under a key of its subject: only the service that wrote it can read it.';

/**
 * The schema of something that readers meet outside, with its objects open: further properties may come without a new version, and readers
 * pass over those that they do not know.
 */
export function opened(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword, value]) => !(keyword === 'additionalProperties' && value === false))
      .map(([keyword, value]) => [keyword, keyword === 'enum' || keyword === 'const' ? value : openedValue(value)]),
  );
}

function openedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openedValue);
  return typeof value === 'object' && value !== null ? opened(value as JsonSchema) : value;
}
