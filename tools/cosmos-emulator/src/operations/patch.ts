import { limits } from '../protocol/limits.ts';
import type { Json, JsonObject } from '../protocol/message.ts';
import { isObject } from '../protocol/message.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { pathSegments } from '../protocol/partition-key.ts';
import { badRequest, preconditionFailed, unsupported } from '../protocol/refusal.ts';
import { evaluate } from '../sql/evaluate.ts';
import { parseQuery } from '../sql/parser.ts';

/** The body of a patch: its operations, and a condition like `from c where c.n > 1`. */
interface Patch {
  readonly operations: readonly Json[];
  readonly condition: string | undefined;
}

type MutableJson = string | number | boolean | null | MutableJson[] | { [name: string]: MutableJson };
type Target = MutableJson[] | { [name: string]: MutableJson };

const patchOf = (body: unknown): Patch => {
  const operations: unknown = isObject(body) ? body['operations'] : body;
  const condition = isObject(body) ? body['condition'] : undefined;
  if (!Array.isArray(operations) || operations.length === 0)
    throw badRequest('A patch needs a non-empty array of operations.');
  if (operations.length > limits.patchOperations) {
    throw badRequest(`The number of patch operations can't exceed ${limits.patchOperations}.`);
  }
  if (condition !== undefined && typeof condition !== 'string')
    throw badRequest('The condition of a patch must be a text.');
  return { operations: operations as readonly Json[], condition };
};

const isIndex = (segment: string): boolean => /^(0|[1-9]\d{0,8})$/.test(segment);

const segmentsOf = (path: unknown): readonly string[] => {
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw badRequest('The path of a patch operation must begin with "/".');
  const segments = path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (segments.includes('')) throw badRequest(`The path ${JSON.stringify(path)} of a patch operation is not valid.`);
  return segments;
};

const protectedNames: ReadonlySet<string> = new Set(['id', '_rid', '_self', '_etag', '_attachments', '_ts', '_lsn']);

const checkPath = (segments: readonly string[], key: PartitionKeyDefinition): void => {
  if (protectedNames.has(segments[0] ?? '')) throw badRequest(`The property ${segments[0]} cannot be patched.`);
  for (const path of key.paths) {
    const overlap = pathSegments(path).every(
      (name, index) => segments[index] === undefined || segments[index] === name,
    );
    if (overlap) throw badRequest(`The partition key ${path} cannot be patched.`);
  }
};

const isTarget = (value: MutableJson | undefined): value is Target => typeof value === 'object' && value !== null;

const childOf = (target: Target, segment: string): MutableJson | undefined => {
  if (Array.isArray(target)) return isIndex(segment) ? target[Number(segment)] : undefined;
  return Object.hasOwn(target, segment) ? target[segment] : undefined;
};

const missing = (path: string): Error =>
  badRequest(`The path ${path} of a patch operation does not exist in the item.`);

const put = (target: Target, name: string, value: MutableJson, path: string, insert: boolean): void => {
  if (!Array.isArray(target)) {
    // Not an assignment: "__proto__" is a name like any other.
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
    return;
  }
  if (name === '-' && insert) return void target.push(value);
  if (!isIndex(name) || Number(name) > target.length || (!insert && Number(name) === target.length))
    throw missing(path);
  target.splice(Number(name), insert ? 0 : 1, value);
};

const take = (target: Target, name: string): void => {
  if (Array.isArray(target)) target.splice(Number(name), 1);
  else delete target[name];
};

const increased = (old: MutableJson | undefined, value: MutableJson, path: string): number => {
  if (typeof value !== 'number') throw badRequest(`The value to increment ${path} by must be a number.`);
  if (old === undefined) return value;
  if (typeof old !== 'number') throw badRequest(`The value at ${path} is not a number and cannot be incremented.`);
  return old + value;
};

const applyOne = (item: Target, operation: Json, key: PartitionKeyDefinition): void => {
  if (!isObject(operation)) throw badRequest('Each operation of a patch must be an object.');
  const { op, path } = operation;
  const segments = segmentsOf(path);
  checkPath(segments, key);
  const at = String(path);
  const parent = segments
    .slice(0, -1)
    .reduce<MutableJson | undefined>((value, segment) => (isTarget(value) ? childOf(value, segment) : undefined), item);
  if (!isTarget(parent)) throw missing(at);
  const name = segments.at(-1) ?? '';
  const old = childOf(parent, name);
  if (op === 'remove') {
    if (old === undefined) throw missing(at);
    return take(parent, name);
  }
  if (operation['value'] === undefined) throw badRequest(`The patch operation on ${at} needs a value.`);
  const value = structuredClone(operation['value']) as MutableJson;
  switch (op) {
    case 'add':
      return put(parent, name, value, at, true);
    case 'set':
      return put(parent, name, value, at, false);
    case 'replace':
      if (old === undefined) throw missing(at);
      return put(parent, name, value, at, false);
    case 'incr':
      return put(parent, name, increased(old, value, at), at, false);
    default:
      throw unsupported(`The patch operation ${JSON.stringify(op)}`, 'Use add, set, replace, remove or incr.');
  }
};

const checkCondition = (condition: string, item: JsonObject): void => {
  const { where } = parseQuery(`SELECT * ${condition}`);
  if (where === undefined) throw badRequest('The condition of a patch must look like "from c where …".');
  if (evaluate(where, { item, parameters: new Map() }) !== true) throw preconditionFailed();
};

/** The item after a patch: all of its operations in their order, or a refusal (400; 412 where the condition does not hold). */
export const patched = (item: JsonObject, body: unknown, key: PartitionKeyDefinition): JsonObject => {
  const { operations, condition } = patchOf(body);
  if (condition !== undefined) checkCondition(condition, item);
  const target = structuredClone(item) as { [name: string]: MutableJson };
  operations.forEach((operation) => applyOne(target, operation, key));
  return target;
};
