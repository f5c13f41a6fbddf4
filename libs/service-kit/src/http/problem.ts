import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Log } from '../log.ts';
import { fieldsOfRequest } from '../telemetry/request-cause.ts';
import { requestIdOf } from './request-id.ts';

/** An answer that is an error, by RFC 9457. Thrown by handlers; `problemHandler` sends it. */
export class Problem extends Error {
  readonly status: number;
  /** Stable, in kebab case: clients branch on it. */
  readonly code: string;
  /** Further members of the problem document. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    options: { members?: Readonly<Record<string, unknown>>; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Refused by the current state',
  412: 'Precondition failed',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable',
  428: 'Precondition required',
  429: 'Too many requests',
  431: 'Headers too large',
  500: 'Internal error',
  503: 'Unavailable',
};

/** The document of a problem, with the id of the request that it answers. */
export function problemDocument({ status, code, message, members }: Problem, requestId: string | undefined): object {
  const title = titles[status] ?? 'Error';
  return { type: 'about:blank', title, status, code, detail: message, requestId, ...members };
}

function sendProblem(request: Request, response: Response, problem: Problem): void {
  response.status(problem.status).set(problem.headers);
  response.type('application/problem+json').send(JSON.stringify(problemDocument(problem, requestIdOf(request))));
}

/**
 * Turns what a handler threw into a problem. What the libraries name by `code` becomes an answer that tells the client whether to try
 * again; anything else is a bug, which is logged whole and told to nobody.
 */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error);
    if (problem.status >= 500) {
      const { method, path } = request;
      log.error({ err: error, code: problem.code, method, path, ...fieldsOfRequest(request) }, 'request failed');
    }
    sendProblem(request, response, problem);
  };
}

const tryAgain = { 'Retry-After': '1' };

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, type, status } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  if (type === 'entity.too.large') return new Problem(413, 'body-too-large', 'The body is larger than 1 MB.');
  if (type === 'entity.parse.failed') return new Problem(400, 'bad-json', 'The body is not valid JSON.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Problem(status, 'bad-request', error instanceof Error ? error.message : 'Bad request.');
  }
  switch (code) {
    case 'append-outcome-unknown':
      return new Problem(
        503,
        'outcome-unknown',
        'The store did not answer: the command may have been carried out. Send it again with the same Idempotency-Key.',
        { headers: tryAgain },
      );
    case 'append-too-large':
      return new Problem(413, 'too-large', 'What would have to be stored is larger than one event may be (900 KB).');
    case 'stream-busy':
    case 'concurrency-conflict':
      return new Problem(503, 'too-busy', 'Too many commands for this at once; nothing was done. Try again.', {
        headers: tryAgain,
      });
    case 'audit-unavailable':
      return new Problem(503, 'audit-unavailable', 'What is read has to be recorded, and that is not possible now.', {
        headers: tryAgain,
      });
    case 'subject-key-unavailable':
    case 'key-unavailable':
      return new Problem(503, 'keys-unavailable', 'Personal data can be neither read nor written now; try again.', {
        headers: tryAgain,
      });
    case 'throttled':
    case 'unavailable':
    case 'retry-with':
    case 'outcome-unknown':
      return new Problem(503, 'unavailable', 'The store cannot be reached; try again.', { headers: tryAgain });
    default:
      return new Problem(500, 'internal-error', 'Something is wrong on our side. It has been logged.');
  }
}
