import type { Operation } from '@daybook/contracts/documents';
import { operationsOf, schemaIn } from '../changes/openapi-changes.ts';
import { problemsIn } from '../changes/problem-changes.ts';
import { type Json, objectIn } from '../json.ts';
import type { Released } from '../release/released.ts';
import { escapes } from '../schema/escapes.ts';
import { whyInvalid } from '../schema/values.ts';
import type { Expectation } from './expectation.ts';
import { inWords } from './in-words.ts';

type Http = NonNullable<Expectation['http']>;
type Call = Http['operations'][string];

/** What is expected over HTTP and not promised. */
export function unmetHttp({ http, producer }: Expectation, { openapi }: Released): readonly string[] {
  if (http === undefined) return [];
  const operations = operationsOf(openapi);
  return Object.entries(http.operations).flatMap(([name, call]): readonly string[] => {
    const operation = operations.get(name);
    if (operation === undefined) return [`${producer} has no ${name}`];
    return [
      ...unmetToken(operation, http.token),
      ...unmetRequest(operation, call),
      ...unmetAnswers(operation, call),
      ...unmetProblems(operation, call),
    ].map((what) => `${name}: ${what}`);
  });
}

function unmetToken({ security }: Operation, token: readonly string[]): readonly string[] {
  const named = (requirement: Json): readonly unknown[] => Object.values(requirement).flat();
  const enough = security.some((requirement) => named(requirement).every((name) => token.includes(String(name))));
  return enough ? [] : [`a token that names ${token.join(' and ')} is not enough`];
}

function unmetRequest({ requestBody, parameters }: Operation, { sends, headers = [], query = [] }: Call) {
  const has = (place: string, name: string): boolean =>
    parameters.some((parameter) => parameter['in'] === place && parameter['name'] === name);
  const asked = [...headers.map((name) => ['header', name] as const), ...query.map((name) => ['query', name] as const)];
  const missing = asked
    .filter(([place, name]) => !has(place, name))
    .map(([place, name]) => `takes no ${place} ${name}`);
  const needed = parameters.filter(({ required, in: place, name }) => {
    return required === true && place !== 'path' && !asked.some(([, given]) => given === name);
  });
  const bodies =
    sends === undefined
      ? requestBody?.['required'] === true
        ? ['needs a body']
        : []
      : requestBody === undefined
        ? ['takes no body']
        : sends
            .map((body) => whyInvalid(schemaIn(requestBody), body))
            .filter((why) => why !== undefined)
            .map((why) => `does not take the body that is sent: ${why}`);
  return [...missing, ...needed.map(({ name }) => `needs ${String(name)}`), ...bodies];
}

function unmetAnswers({ responses }: Operation, { answers }: Call): readonly string[] {
  const given = Object.entries(responses).filter(([status]) => Number(status) < 400);
  const unprepared = given
    .filter(([status]) => !Object.hasOwn(answers, status))
    .map(([status]) => `may answer ${status}, which is not expected`);
  const unmet = Object.entries(answers).flatMap(([status, expected]) => {
    const response = objectIn(responses, status);
    if (Object.keys(response).length === 0) return [`does not answer ${status}`];
    return inWords(escapes(schemaIn(response), expected), `answer ${status}`);
  });
  return [...unprepared, ...unmet];
}

function unmetProblems(operation: Operation, { problems = {} }: Call): readonly string[] {
  const { codes } = problemsIn(operation);
  return Object.entries(problems)
    .filter(([code, status]) => codes.get(code) !== String(status))
    .map(([code, status]) => `has no problem ${code} with status ${status}`);
}
