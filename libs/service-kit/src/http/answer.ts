import { endpoints } from '@daybook/contracts';
import type { Refusal } from '@daybook/ports';
import type { Response } from 'express';
import type { SentAnswer } from './kept-answers.ts';
import { Problem } from './problem.ts';

/** How a command is answered that was carried out. */
export interface Answer<S> {
  /** 200; 201 or 202 where something was created or work goes on. */
  readonly status: number;
  /** Pure, and without personal data: it is kept, and made again from the same state. */
  readonly body: (state: S, version: number) => object;
  readonly location?: string;
}

/** The answer, once the command has come to this state. */
export function answerOf<S>({ status, location, body }: Answer<S>, state: S, version: number): SentAnswer {
  return { status, etag: etag(version), body: body(state, version), ...(location === undefined ? {} : { location }) };
}

/** @param replayed it answers a request that was carried out before: `Idempotent-Replayed` says so */
export function sendAnswer(response: Response, { status, location, etag, body }: SentAnswer, replayed = false): void {
  if (location !== undefined) response.set('Location', location);
  if (etag !== undefined) response.set('ETag', etag);
  if (replayed) response.set('Idempotent-Replayed', 'true');
  response.status(status).json(body);
}

/** Codes of refusals that mean the thing itself is not there: the contracts answer commands with 404 for them. */
const unknownCodes = new Set(
  Object.values(endpoints)
    .flat()
    .filter(({ command }) => command !== undefined)
    .flatMap(({ problems }) => Object.keys(problems).filter((code) => problems[code] === 404)),
);

/** The problem of a command that the state refuses: 404 or 409. */
export function refusalProblem({ code, message, details }: Refusal): Problem {
  const status = unknownCodes.has(code) ? 404 : 409;
  return new Problem(status, code, message, details === undefined ? {} : { members: details });
}

/** The problem of an `If-Match` that names another version than the current one. */
export function otherVersion(version: number): Problem {
  const detail = `If-Match names another version than the current one, ${version}.`;
  return new Problem(412, 'version-mismatch', detail, { members: { version }, headers: { ETag: etag(version) } });
}

/** The problem of a key that comes back with another request. */
export function reusedKey(): Problem {
  return new Problem(422, 'idempotency-key-reused', 'This Idempotency-Key was used for another request.');
}

export function etag(version: number): string {
  return `"${version}"`;
}
