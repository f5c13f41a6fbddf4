import type { Json } from './message.ts';
import { isObject } from './message.ts';
import { badRequest } from './refusal.ts';

/** One path of an indexing policy: `/a/b/?` (a value) or `/a/*` (all below); array elements are `[]`. */
interface Rule {
  readonly segments: readonly string[];
  readonly subtree: boolean;
  readonly included: boolean;
}

/** Which paths of items are indexed. */
export type Indexing = readonly Rule[];

/** A path of an ORDER BY or of a composite index. */
export interface OrderedPath {
  readonly segments: readonly string[];
  readonly descending: boolean;
}

const parseOrdered = (value: unknown): OrderedPath => {
  const path = isObject(value) ? value['path'] : undefined;
  const order = isObject(value) ? (value['order'] ?? 'ascending') : undefined;
  if (typeof path !== 'string' || !path.startsWith('/') || (order !== 'ascending' && order !== 'descending')) {
    throw badRequest('An entry of compositeIndexes must look like {"path": "/name", "order": "ascending"}.');
  }
  const segments = path
    .slice(1)
    .split('/')
    .map((part) => part.replace(/^"(.*)"$/, '$1'));
  return { segments, descending: order === 'descending' };
};

/** The composite indexes of a policy; 400 where the service would refuse it. */
export const compositeIndexes = (policy: unknown): readonly (readonly OrderedPath[])[] => {
  const indexes: unknown = (isObject(policy) ? policy['compositeIndexes'] : undefined) ?? [];
  if (!Array.isArray(indexes)) throw badRequest('compositeIndexes of an indexing policy must be an array.');
  return indexes.map((index: unknown) => {
    if (!Array.isArray(index) || index.length < 2) {
      throw badRequest('Each of compositeIndexes must be an array of at least two paths.');
    }
    return index.map(parseOrdered);
  });
};

/** Most indexed paths that one write is charged for. */
const pathsMax = 100;

const parseRule = (value: unknown, included: boolean): Rule => {
  const path = isObject(value) ? value['path'] : undefined;
  const parts = typeof path === 'string' && path.startsWith('/') ? path.slice(1).split('/') : [];
  const last = parts.at(-1);
  if (last !== '*' && last !== '?') {
    throw badRequest(`The indexing path ${JSON.stringify(path)} is not valid: it must end in "/*" or "/?".`);
  }
  const segments = parts.slice(0, -1).map((part) => part.replace(/^"(.*)"$/, '$1'));
  return { segments, subtree: last === '*', included };
};

const rulesOf = (value: unknown, name: string, included: boolean): readonly Rule[] => {
  const paths: unknown = value ?? [];
  if (!Array.isArray(paths)) throw badRequest(`${name} of an indexing policy must be an array.`);
  return paths.map((path: unknown) => parseRule(path, included));
};

/** Reads a container's indexing policy; 400 where the service would refuse it. */
export const parseIndexing = (policy: unknown): Indexing => {
  if (!isObject(policy)) throw badRequest('An indexing policy must be an object.');
  const included = rulesOf(policy['includedPaths'], 'includedPaths', true);
  const rules = [...included, ...rulesOf(policy['excludedPaths'], 'excludedPaths', false)];
  if (String(policy['indexingMode'] ?? 'consistent').toLowerCase() === 'none' || policy['automatic'] === false)
    return [];
  if (!rules.some(({ segments, subtree }) => segments.length === 0 && subtree)) {
    throw badRequest("The special mandatory indexing path '/*' is in neither includedPaths nor excludedPaths.");
  }
  return rules;
};

const matches = ({ segments, subtree }: Rule, path: readonly string[]): boolean =>
  (subtree ? segments.length <= path.length : segments.length === path.length) &&
  segments.every((segment, index) => segment === path[index]);

/** The most precise rule decides; of two as precise, the one for a value. */
const precision = ({ segments, subtree }: Rule): number => 2 * segments.length + (subtree ? 0 : 1);

/** Indexed whatever the policy says of paths. */
const alwaysIndexed: ReadonlySet<string> = new Set(['id', '_ts']);

/** Whether an order by a path has an index. */
export const isPathIndexed = (rules: Indexing, path: readonly string[]): boolean =>
  isIndexed(rules, path) || (rules.length > 0 && path.length === 1 && alwaysIndexed.has(path[0] ?? ''));

const isIndexed = (rules: Indexing, path: readonly string[]): boolean =>
  rules
    .filter((rule) => matches(rule, path))
    .reduce<Rule | undefined>(
      (best, rule) => (best === undefined || precision(rule) > precision(best) ? rule : best),
      undefined,
    )?.included ?? false;

/** How many indexed leaf paths an item has, at most 100; the elements of an array share theirs. */
export const indexedPaths = (rules: Indexing, item: Json): number => {
  const count = (value: Json, path: readonly string[], left: number): number => {
    if (typeof value !== 'object' || value === null) return isIndexed(rules, path) ? 1 : 0;
    const children: readonly (readonly [string, Json])[] = Array.isArray(value)
      ? value.slice(0, 1).map((element: Json) => ['[]', element] as const)
      : Object.entries(value);
    let found = 0;
    for (const [name, child] of children) {
      found += count(child, [...path, name], left - found);
      if (found >= left) return left;
    }
    return found;
  };
  return rules.length === 0 ? 0 : count(item, [], pathsMax);
};
