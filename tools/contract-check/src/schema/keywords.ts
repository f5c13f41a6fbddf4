import { isJson, type Json } from '../json.ts';

/** A JSON Schema without references: an object of keywords, or `true` (anything) or `false` (nothing). */
export type Schema = Json | boolean;

/** Keywords that say nothing about what is valid. */
const annotations: ReadonlySet<string> = new Set([
  ...['title', 'description', 'examples', 'default', '$comment', '$schema', '$id', 'deprecated', 'contentEncoding'],
]);

/** The keywords of JSON Schema that are compared; what is valid by any other is not known here. */
const assertions: ReadonlySet<string> = new Set([
  ...['type', 'enum', 'const', 'anyOf', 'allOf'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  ...['minLength', 'maxLength', 'pattern', 'format'],
  ...['items', 'minItems', 'maxItems'],
  ...['properties', 'required', 'additionalProperties', 'propertyNames'],
]);

/** A schema that has what cannot be compared: nothing may be passed over, because it might be what has changed. */
export class UnknownKeyword extends Error {
  readonly code = 'unknown-keyword';
}

/** The schema as its assertions alone. @throws UnknownKeyword */
export function assertionsOf(schema: Schema, at: string): Json {
  if (schema === true) return {};
  if (schema === false) return { enum: [] };
  const entries = Object.entries(schema).filter(([keyword]) => !annotations.has(keyword) && !keyword.startsWith('x-'));
  for (const [keyword] of entries) {
    if (assertions.has(keyword)) continue;
    const remedy = `teach it to tools/contract-check/src/schema, or say it with ${[...assertions].join(', ')}`;
    throw new UnknownKeyword(`${at || 'the schema'}: the keyword ${keyword} cannot be compared: ${remedy}`);
  }
  const own = Object.fromEntries(entries);
  for (const combination of ['anyOf', 'allOf']) {
    const beside = Object.keys(own).filter((keyword) => keyword !== combination);
    const alternatives = own[combination];
    if (alternatives === undefined) continue;
    if (!Array.isArray(alternatives) || alternatives.length === 0) {
      throw new UnknownKeyword(`${at || 'the schema'}: ${combination} must be a list of schemas`);
    }
    if (beside.length > 0)
      throw new UnknownKeyword(`${at || 'the schema'}: ${beside.join(', ')} beside ${combination} cannot be compared`);
  }
  return own;
}

/** What is under a keyword that has schemas by name. */
export function schemasIn(schema: Json, keyword: string): Readonly<Record<string, Schema>> {
  const members = schema[keyword];
  return isJson(members) ? (members as Readonly<Record<string, Schema>>) : {};
}
