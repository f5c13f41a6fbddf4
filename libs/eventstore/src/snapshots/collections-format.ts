import type { Json } from '@daybook/ports';
import type { StateFormat } from './fingerprint.ts';

const mapTag = '$map';
const setTag = '$set';

/**
 * The format of states that are plain JSON but for Maps and Sets, at any depth and with any JSON, Map or Set as key or member: a Map is
 * stored as `{ "$map": [[key, value], …] }`, a Set as `{ "$set": [member, …] }`, in their order. A field whose name begins with `$` gets
 * another `$` in front, so that no state can be taken for one of these.
 *
 * @throws TypeError at writing for anything else that is not plain JSON, a Date or a class for example: such a state is never stored
 */
export function collectionsFormat<S>(): StateFormat<S> {
  return { toJson: (state) => encode(state), fromJson: (json) => decode(json) as S };
}

function encode(value: unknown): Json {
  if (isMap(value)) return { [mapTag]: [...value].map(([key, each]) => [encode(key), encode(each)]) };
  if (isSet(value)) return { [setTag]: [...value].map(encode) };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value as Json;
  if (!isPlain(value)) throw new TypeError('a state may hold plain JSON, Maps and Sets: it holds another object');
  return mapFields(value, (name, field) => [name.startsWith('$') ? `$${name}` : name, encode(field)]);
}

function decode(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(decode);
  if (typeof json !== 'object' || json === null) return json;
  const { [mapTag]: entries, [setTag]: members } = json as Readonly<Record<string, unknown>>;
  if (entries !== undefined) return new Map((entries as [unknown, unknown][]).map(([k, v]) => [decode(k), decode(v)]));
  if (members !== undefined) return new Set((members as unknown[]).map(decode));
  return mapFields(json, (name, field) => [name.startsWith('$') ? name.slice(1) : name, decode(field)]);
}

/** Of fields that are there: one that is `undefined` is left out, as it is in all JSON. */
function mapFields<T>(value: object, each: (name: string, field: unknown) => readonly [string, T]): Record<string, T> {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => each(name, field)));
}

// By their tags and not with `instanceof`: those of another realm (a test's sandbox, a worker) count as well.
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);
const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> => tagOf(value) === '[object Map]';
const isSet = (value: unknown): value is ReadonlySet<unknown> => tagOf(value) === '[object Set]';

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
