import type { OpenApiDocument, Operation } from '@daybook/contracts/documents';
import { canonical, dereferenced, isJson, type Json, objectIn } from '../json.ts';
import type { Schema } from '../schema/keywords.ts';
import { type Change, type Direction, type Place, within } from './change.ts';
import { problemChanges } from './problem-changes.ts';
import { schemaChanges } from './schema-changes.ts';

/** What has changed of what a service takes and answers over HTTP. */
export function openApiChanges(old: OpenApiDocument, now: OpenApiDocument): readonly Change[] {
  const [before, after] = [operationsOf(old), operationsOf(now)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const place: Place = { document: 'openapi', path: name };
    const [was, is] = [before.get(name), after.get(name)];
    if (was === undefined) return [{ ...place, kind: 'compatible', what: 'is new' }];
    if (is === undefined) {
      return [{ ...place, kind: 'breaking', what: 'is gone', remedy: 'keep it, beside what takes its place' }];
    }
    return canonical(was) === canonical(is) ? [] : operationChanges(was, is, place);
  });
}

/** By method and path: `POST /v1/orders/{orderId}/cancel`. References are resolved. */
export function operationsOf(document: OpenApiDocument): ReadonlyMap<string, Operation> {
  const { paths } = dereferenced(document);
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    ),
  );
}

/** The schema of a body or an answer. */
export const schemaIn = (carrier: unknown, type = 'application/json'): Schema =>
  objectIn(objectIn(carrier, 'content'), type)['schema'] as Schema;

const operationChanges = (was: Operation, is: Operation, place: Place): readonly Change[] => [
  ...securityChanges(was, is, place),
  ...scopeChanges(was, is, place),
  ...parameterChanges(was, is, place),
  ...bodyChanges(was, is, place),
  ...answerChanges(was, is, place),
  ...problemChanges(was, is, place),
];

/** Roles, or whatever else a token has to name: each requirement is an alternative, all that it names is needed. */
function securityChanges(was: Operation, is: Operation, place: Place): readonly Change[] {
  const allows = (operation: Operation, needed: Json): boolean =>
    operation.security.some((alternative) =>
      Object.entries(alternative).every(([scheme, names]) => {
        const granted = needed[scheme];
        return Array.isArray(granted) && (names as string[]).every((name) => granted.includes(name));
      }),
    );
  const named = (requirement: Json): string =>
    Object.values(requirement).flat().join(' and ') || 'everybody who is known';
  const lost = was.security.filter((requirement) => !allows(is, requirement));
  const won = is.security.filter((requirement) => !allows(was, requirement));
  return [
    ...lost.map((requirement): Change => {
      const what = `is no longer for ${named(requirement)}`;
      return { ...within(place, 'security'), kind: 'breaking', what, remedy: 'go on letting in who was let in' };
    }),
    ...won.map((requirement): Change => {
      return { ...within(place, 'security'), kind: 'compatible', what: `is for ${named(requirement)}, too` };
    }),
  ];
}

/** What a person was asked to let a program do is what their token holds: it cannot be another thing afterwards. */
function scopeChanges(was: Operation, is: Operation, place: Place): readonly Change[] {
  if (was['x-scope'] === is['x-scope']) return [];
  const what = `needs the scope ${is['x-scope']} where it needed ${was['x-scope']}`;
  return [
    { ...within(place, 'scope'), kind: 'breaking', what, remedy: 'go on asking for the scope that was asked for' },
  ];
}

const remedyOfParameters = 'go on taking it as it was; a new parameter must be optional';

function parameterChanges(was: Operation, is: Operation, place: Place): readonly Change[] {
  const byName = ({ parameters }: Operation): ReadonlyMap<string, Json> =>
    new Map(parameters.map((parameter) => [`${String(parameter['in'])} ${String(parameter['name'])}`, parameter]));
  const [before, after] = [byName(was), byName(is)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name): readonly Change[] => {
    const at = within(place, name);
    const [old, now] = [before.get(name), after.get(name)];
    if (now === undefined) return [{ ...at, kind: 'breaking', what: 'is gone', remedy: remedyOfParameters }];
    const needed = now['required'] === true && old?.['required'] !== true;
    if (needed) return [{ ...at, kind: 'breaking', what: 'is required now', remedy: remedyOfParameters }];
    if (old === undefined) return [{ ...at, kind: 'compatible', what: 'is new' }];
    const freed = old['required'] === true && now['required'] !== true;
    return [
      ...(freed ? [{ ...at, kind: 'compatible', what: 'may be absent now' } as const] : []),
      ...schemaChanges({ old: old['schema'] as Schema, now: now['schema'] as Schema }, 'taken', at),
    ];
  });
}

function bodyChanges({ requestBody: was }: Operation, { requestBody: is }: Operation, place: Place): readonly Change[] {
  const at = within(place, 'body');
  const needed = is?.['required'] === true && was?.['required'] !== true;
  if (needed) return [{ ...at, kind: 'breaking', what: 'is required now', remedy: 'let it be optional' }];
  if (was === undefined) return is === undefined ? [] : [{ ...at, kind: 'compatible', what: 'is new' }];
  if (is === undefined) return [{ ...at, kind: 'breaking', what: 'is gone', remedy: 'go on taking it' }];
  const freed = was['required'] === true && is['required'] !== true;
  return [
    ...(freed ? [{ ...at, kind: 'compatible', what: 'may be absent now' } as const] : []),
    ...contentChanges(was, is, 'taken', at),
  ];
}

function contentChanges(was: Json, is: Json, direction: Direction, at: Place): readonly Change[] {
  const [old, now] = [objectIn(was, 'content'), objectIn(is, 'content')];
  if (canonical(Object.keys(old).sort()) !== canonical(Object.keys(now).sort())) {
    const what = `its types are ${Object.keys(now).join(', ')}, were ${Object.keys(old).join(', ')}`;
    return [{ ...at, kind: 'breaking', what, remedy: 'keep the types of content' }];
  }
  return Object.keys(old).flatMap((type) =>
    schemaChanges({ old: schemaIn(was, type), now: schemaIn(is, type) }, direction, at),
  );
}

/** Answers with success: a client knows the statuses and what is in each. */
function answerChanges({ responses: was }: Operation, { responses: is }: Operation, place: Place): readonly Change[] {
  const statuses = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((status) => Number(status) < 400);
  return statuses.flatMap((status): readonly Change[] => {
    const at = within(place, `answer ${status}`);
    const [old, now] = [was[status], is[status]];
    const remedy = 'go on answering with the statuses that clients know';
    if (old === undefined) return [{ ...at, kind: 'breaking', what: 'is new', remedy }];
    if (now === undefined) return [{ ...at, kind: 'breaking', what: 'is gone', remedy }];
    return [...headerChanges(old, now, at), ...contentChanges(old, now, 'given', at)];
  });
}

function headerChanges(was: Json, is: Json, at: Place): readonly Change[] {
  const [old, now] = [objectIn(was, 'headers'), objectIn(is, 'headers')];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((name): readonly Change[] => {
    const place = within(at, `header ${name}`);
    const [before, after] = [old[name], now[name]];
    if (before === undefined) return [{ ...place, kind: 'compatible', what: 'is new' }];
    if (!isJson(after)) return [{ ...place, kind: 'breaking', what: 'is gone', remedy: 'go on sending it' }];
    const [schema, other] = [objectIn(before, 'schema'), objectIn(after, 'schema')];
    return schemaChanges({ old: schema, now: other }, 'given', place);
  });
}
