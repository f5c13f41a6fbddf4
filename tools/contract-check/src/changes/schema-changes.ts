import { canonical } from '../json.ts';
import { annotationsIn } from '../schema/annotations.ts';
import { type Escape, escapes } from '../schema/escapes.ts';
import type { Schema } from '../schema/keywords.ts';
import { type Change, type Direction, type Place, within } from './change.ts';

export interface SchemaPair {
  readonly old: Schema;
  readonly now: Schema;
}

/**
 * What has changed from a schema to another. What is given must stay among what the old schema says: that is what its readers are made for.
 * What was taken must still be among what the new one takes.
 */
export const schemaChanges = (pair: SchemaPair, direction: Direction, place: Place): readonly Change[] => [
  ...shapeChanges(pair, direction, place),
  ...(direction === 'taken' ? defaultChanges(pair, place) : []),
  ...valueChanges(pair, place),
];

/** What one of the two schemas takes and the other refuses. */
export function shapeChanges({ old, now }: SchemaPair, direction: Direction, place: Place): readonly Change[] {
  const wider = escapes(now, old).map((escape) => ({ escape, what: wording(escape, 'wider') }));
  const narrower = escapes(old, now).map((escape) => ({ escape, what: wording(escape, 'narrower') }));
  const [bad, good] = direction === 'given' ? [wider, narrower] : [narrower, wider];
  const broken = new Set(bad.map(({ escape }) => escape.path));
  return [
    ...bad.map(({ escape, what }): Change => {
      return { kind: 'breaking', ...within(place, escape.path), what, remedy: remedies[direction] };
    }),
    ...good
      .filter(({ escape }) => !broken.has(escape.path))
      .map(({ escape, what }): Change => ({ kind: 'compatible', ...within(place, escape.path), what })),
  ];
}

const remedies: Readonly<Record<Direction, string>> = {
  given: 'go on giving what readers of the last release know, the new beside it',
  taken: 'go on taking what was taken: let what is new be optional, or be an endpoint or a command of its own',
};

/** `wider`: what the new schema has and the old one refuses; `narrower`: the other way round. */
function wording({ keyword, one, other }: Escape, side: 'wider' | 'narrower'): string {
  const [is, was] = side === 'wider' ? [one, other] : [other, one];
  switch (keyword) {
    case 'properties':
      return side === 'wider' ? 'is gone' : 'is new';
    case 'additionalProperties':
      return side === 'wider' ? 'is new' : 'is gone';
    case 'required':
      if (side === 'narrower') return 'is required now';
      return one === undefined ? 'is gone' : 'may be absent now';
    case 'enum':
      if (!Array.isArray(one)) return side === 'wider' ? 'may be anything now' : 'may not be anything any more';
      return side === 'wider' ? `may be ${listed(one)} now` : `may not be ${listed(one)} any more`;
    default:
      return `${keyword} is ${said(is)}, was ${said(was)}`;
  }
}

const said = (value: unknown): string => (value === undefined ? 'not said' : JSON.stringify(value));
const listed = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(' or ');

/** A default is what a request without the field means. */
function defaultChanges({ old, now }: SchemaPair, place: Place): readonly Change[] {
  return differing(old, now, 'default').map(({ path, before, after }): Change => {
    const what = `default is ${said(after)}, was ${said(before)}`;
    return {
      kind: 'breaking',
      ...within(place, path),
      what,
      remedy: 'keep the default: it is part of what a request means',
    };
  });
}

/** Values of an open enumeration come and go: readers pass over what they do not know. */
export function valueChanges({ old, now }: SchemaPair, place: Place): readonly Change[] {
  const known = differing(old, now, 'x-extensible-enum').filter(({ before, after }) => before && after);
  return known.map(({ path, before, after }): Change => {
    return {
      kind: 'compatible',
      ...within(place, path),
      what: `known values are ${said(after)}, were ${said(before)}`,
    };
  });
}

/** Where the two say something else by a keyword, at places that both have. */
function differing(old: Schema, now: Schema, keyword: string) {
  const [before, after] = [annotationsIn(old, keyword), annotationsIn(now, keyword)];
  return [...before.keys()]
    .filter((path) => after.has(path) && canonical(before.get(path)) !== canonical(after.get(path)))
    .map((path) => ({ path, before: before.get(path), after: after.get(path) }));
}
