import type { Json, JsonObject } from './message.ts';
import { isObject } from './message.ts';
import { limits } from './limits.ts';
import { murmur3 } from './murmur3.ts';
import type { Refusal } from './refusal.ts';
import { badRequest } from './refusal.ts';

/** One component of a partition key; `undefined` is "None": the item does not have the property. */
export type KeyComponent = string | number | boolean | null | undefined;

/** A container's partition key definition, as it is stored and returned. */
export interface PartitionKeyDefinition {
  readonly paths: readonly string[];
  readonly kind: 'Hash' | 'MultiHash';
  readonly version: 2;
}

/** Splits `/a/b` or `/"a b"/c` into its property names. */
export const pathSegments = (path: string): readonly string[] => {
  const segments = [...path.matchAll(/\/(?:"([^"]*)"|([^/"]+))/gy)];
  if (segments.length === 0 || segments.reduce((length, match) => length + match[0].length, 0) !== path.length) {
    throw badRequest(`The path ${JSON.stringify(path)} is not valid: it must look like "/property" or "/a/b".`);
  }
  return segments.map((match) => match[1] ?? match[2] ?? '');
};

/** The value under a path of property names, or undefined. */
export const valueAt = (item: Json, segments: readonly string[]): Json | undefined => {
  let value: Json | undefined = item;
  for (const segment of segments) {
    if (!isObject(value) || !Object.hasOwn(value, segment)) return undefined;
    value = value[segment];
  }
  return value;
};

const toComponent = (value: unknown): KeyComponent => {
  if (value === undefined) return undefined;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    if (typeof value === 'string' && Buffer.byteLength(value) > limits.partitionKeyBytes) {
      throw badRequest(`A partition key value must not be longer than ${limits.partitionKeyBytes} bytes.`);
    }
    return value;
  }
  throw badRequest('A partition key value must be a string, a number, a boolean or null.');
};

/** Reads `x-ms-documentdb-partitionkey` (a JSON array). A hierarchical key may be a prefix where `allowPrefix`. */
export const parseKey = (
  text: string,
  definition: PartitionKeyDefinition,
  allowPrefix = false,
): readonly KeyComponent[] => {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    throw badRequest('The partition key header is not valid JSON.');
  }
  const wanted = definition.paths.length;
  if (!Array.isArray(values) || values.length === 0 || values.length > wanted) {
    throw badRequest(`The partition key supplied in x-ms-partitionkey header must be an array of ${wanted} value(s).`);
  }
  if (values.length < wanted && !allowPrefix) {
    throw badRequest(`The partition key has ${values.length} value(s), but the container needs ${wanted}.`);
  }
  return values.map((value: unknown) =>
    isObject(value) && Object.keys(value).length === 0 ? undefined : toComponent(value),
  );
};

/** The partition key that an item's own properties say. */
export const keyOf = (item: JsonObject, definition: PartitionKeyDefinition): readonly KeyComponent[] =>
  definition.paths.map((path) => toComponent(valueAt(item, pathSegments(path))));

/** A text that is equal exactly for equal keys; the identity under which items are stored. */
export const keyText = (components: readonly KeyComponent[]): string =>
  JSON.stringify(components.map((component) => (component === undefined ? {} : component)));

/** Cosmos requires the header and the item to agree. */
export const keyMismatch = (): Refusal =>
  badRequest("PartitionKey extracted from document doesn't match the one specified in the header.", 1001);

const hashInput = (component: KeyComponent): Buffer => {
  if (component === undefined) return Buffer.from([0x00]);
  if (component === null) return Buffer.from([0x01]);
  if (typeof component === 'boolean') return Buffer.from([component ? 0x03 : 0x02]);
  if (typeof component === 'number') {
    const bytes = Buffer.alloc(9);
    bytes[0] = 0x05;
    bytes.writeDoubleLE(component, 1);
    return bytes;
  }
  return Buffer.concat([Buffer.from([0x08]), Buffer.from(component, 'utf8'), Buffer.from([0xff])]);
};

const hashOf = (components: readonly KeyComponent[]): string => {
  const hash = murmur3(Buffer.concat(components.map(hashInput))).reverse();
  hash[0] = (hash[0] ?? 0) & 0x3f;
  return hash.toString('hex').toUpperCase();
};

/** The effective partition key (version 2) in upper hex: where the key lies between "" and "FF". */
export const effectiveKey = (components: readonly KeyComponent[], definition: PartitionKeyDefinition): string =>
  definition.kind === 'MultiHash' ? components.map((component) => hashOf([component])).join('') : hashOf(components);
