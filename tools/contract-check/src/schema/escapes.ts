import { canonical, type Json } from '../json.ts';
import { assertionsOf, type Schema, schemasIn } from './keywords.ts';
import { escapesOfValues, finiteValues } from './values.ts';

/** A way in which an instance of one schema may fail another. */
export interface Escape {
  /** `lines[].quantity`; empty: the whole. */
  readonly path: string;
  /** The keyword of JSON Schema that would refuse it. */
  readonly keyword: string;
  /** What both say by that keyword; undefined: nothing. */
  readonly one: unknown;
  readonly other: unknown;
}

/**
 * How an instance of the schema `one` may fail the schema `other`. None: every instance of `one` is an instance of `other`. Where that cannot
 * be told, as of two patterns, it says that it may.
 *
 * @throws UnknownKeyword
 */
export function escapes(one: Schema, other: Schema, path = ''): readonly Escape[] {
  const [sub, sup] = [assertionsOf(one, path), assertionsOf(other, path)];
  if (Object.keys(sup).length === 0 || canonical(sub) === canonical(sup)) return [];
  if (Array.isArray(sub['anyOf'])) return (sub['anyOf'] as Schema[]).flatMap((each) => escapes(each, other, path));
  if (Array.isArray(sup['allOf'])) return (sup['allOf'] as Schema[]).flatMap((each) => escapes(one, each, path));
  if (Array.isArray(sup['anyOf'])) return fewest((sup['anyOf'] as Schema[]).map((each) => escapes(one, each, path)));
  if (Array.isArray(sub['allOf'])) return fewest((sub['allOf'] as Schema[]).map((each) => escapes(each, other, path)));
  const values = finiteValues(sub);
  if (values !== undefined) return escapesOfValues(values, sup, path);
  if (finiteValues(sup) !== undefined) return [{ path, keyword: 'enum', one: sub['type'], other: finiteValues(sup) }];
  const types = escapesOfTypes(sub, sup, path);
  return types.length > 0 ? types : [...limits(sub, sup, path), ...arrays(sub, sup, path), ...objects(sub, sup, path)];
}

/** Of several ways to fit, the one that comes nearest is told. */
function fewest(options: readonly (readonly Escape[])[]): readonly Escape[] {
  return options.reduce((best, option) => (option.length < best.length ? option : best), options[0] ?? []);
}

const allTypes = ['null', 'boolean', 'string', 'number', 'array', 'object'];

function typesOf({ type }: Json): readonly string[] {
  if (type === undefined) return allTypes;
  return Array.isArray(type) ? (type as string[]) : [String(type)];
}

function escapesOfTypes(sub: Json, sup: Json, path: string): readonly Escape[] {
  const allowed = typesOf(sup);
  const fits = (type: string): boolean => allowed.includes(type) || (type === 'integer' && allowed.includes('number'));
  return typesOf(sub).every(fits) ? [] : [{ path, keyword: 'type', one: sub['type'], other: sup['type'] }];
}

const may = (schema: Json, ...types: readonly string[]): boolean =>
  typesOf(schema).some((type) => types.includes(type));

const least = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const most = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];
const same = ['pattern', 'format'];
const typesWith: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries([...least, ...most].map((keyword) => [keyword, ['number', 'integer']])),
  ...Object.fromEntries(['minLength', 'maxLength', ...same].map((keyword) => [keyword, ['string']])),
  ...Object.fromEntries(['minItems', 'maxItems'].map((keyword) => [keyword, ['array']])),
};

/** Limits and patterns. A limit of one kind is not held against one of the other: `minimum: 1` and `exclusiveMinimum: 0` differ. */
function limits(sub: Json, sup: Json, path: string): readonly Escape[] {
  return [...least, ...most, ...same]
    .filter((keyword) => sup[keyword] !== undefined && may(sub, ...(typesWith[keyword] ?? [])))
    .filter((keyword) => {
      const [own, limit] = [sub[keyword], sup[keyword]];
      if (same.includes(keyword)) return own !== limit;
      if (typeof own !== 'number' || typeof limit !== 'number') return !isZero(keyword, limit);
      return least.includes(keyword) ? own < limit : own > limit;
    })
    .map((keyword) => ({ path, keyword, one: sub[keyword], other: sup[keyword] }));
}

/** A length of at least nothing is no limit. */
const isZero = (keyword: string, limit: unknown): boolean => limit === 0 && ['minLength', 'minItems'].includes(keyword);

function arrays(sub: Json, sup: Json, path: string): readonly Escape[] {
  if (!may(sub, 'array') || sup['items'] === undefined || sub['maxItems'] === 0) return [];
  return escapes((sub['items'] ?? true) as Schema, sup['items'] as Schema, `${path}[]`);
}

function objects(sub: Json, sup: Json, path: string): readonly Escape[] {
  if (!may(sub, 'object')) return [];
  const [own, theirs] = [schemasIn(sub, 'properties'), schemasIn(sup, 'properties')];
  const [rest, theirRest] = [restOf(sub), restOf(sup)];
  const [given, required] = [namesIn(sub), namesIn(sup)];
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);

  const ofProperty = (name: string): readonly Escape[] => {
    const described = Object.hasOwn(own, name);
    const [mine, its] = [described ? own[name] : rest, Object.hasOwn(theirs, name) ? theirs[name] : theirRest] as [
      Schema,
      Schema,
    ];
    if (required.includes(name) && !given.includes(name)) {
      return [{ path: at(name), keyword: 'required', one: described ? mine : undefined, other: its }];
    }
    if (mine === false) return [];
    if (its === false) return [{ path: at(name), keyword: 'additionalProperties', one: mine, other: false }];
    if (!described && isAnything(mine)) {
      return isAnything(its) ? [] : [{ path: at(name), keyword: 'properties', one: undefined, other: its }];
    }
    return escapes(mine, its, at(name));
  };

  const names = new Set([...Object.keys(own), ...Object.keys(theirs), ...required]);
  const ofRest =
    rest === false
      ? []
      : theirRest === false
        ? [{ path, keyword: 'additionalProperties', one: rest, other: false }]
        : escapes(rest, theirRest, at('*'));
  return [...[...names].flatMap(ofProperty), ...ofRest, ...namesOf(sub, sup, Object.keys(own), path)];
}

/** What properties may be called. */
function namesOf(sub: Json, sup: Json, described: readonly string[], path: string): readonly Escape[] {
  const theirs = sup['propertyNames'] as Schema | undefined;
  if (theirs === undefined) return [];
  const at = `${path}{}`;
  const any = { type: 'string' };
  const rest = restOf(sub) === false ? [] : escapes((sub['propertyNames'] ?? any) as Schema, theirs, at);
  return [...escapesOfValues(described, assertionsOf(theirs, at), at), ...rest];
}

const restOf = (schema: Json): Schema => (schema['additionalProperties'] ?? true) as Schema;
const namesIn = (schema: Json): readonly string[] => (schema['required'] ?? []) as string[];
const isAnything = (schema: Schema): boolean => Object.keys(assertionsOf(schema, '')).length === 0;
