import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json } from '../json.ts';
import type { Escape } from './escapes.ts';
import type { Schema } from './keywords.ts';

// Formats are told apart by their name alone: what a string of a format may be is not compared.
const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** Why a value is not valid by a schema; undefined: it is. */
export function whyInvalid(schema: Schema, value: unknown): string | undefined {
  if (ajv.validate(schema, value)) return undefined;
  const [error] = ajv.errors ?? [];
  return `${error?.instancePath.slice(1).replaceAll('/', '.') || 'it'} ${error?.message ?? 'is not valid'}`;
}

/** The only values that a schema has, where it names them. */
export function finiteValues({ type, const: only, enum: values }: Json): readonly unknown[] | undefined {
  if (only !== undefined) return [only];
  if (Array.isArray(values)) return values;
  if (type === 'boolean') return [true, false];
  return type === 'null' ? [null] : undefined;
}

/** Which of the values a schema refuses. What a format takes is not known here: it refuses all, and so does what may have one inside. */
export function escapesOfValues(values: readonly unknown[], other: Json, path: string): readonly Escape[] {
  const named = finiteValues(other) !== undefined;
  const unsure = (value: unknown): boolean =>
    !named && (other['format'] !== undefined || (typeof value === 'object' && value !== null));
  const refused = values.filter((value) => unsure(value) || whyInvalid(other, value) !== undefined);
  return refused.length === 0 ? [] : [{ path, keyword: 'enum', one: refused, other: finiteValues(other) ?? other }];
}
