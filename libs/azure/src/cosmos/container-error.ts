import { ContainerError, type ContainerErrorCode, isContainerError } from '@daybook/ports';

interface SdkError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly retryAfterInMs?: unknown;
  readonly cause?: unknown;
}

const byStatus: Readonly<Record<number, ContainerErrorCode>> = {
  400: 'bad-request',
  401: 'forbidden',
  403: 'forbidden',
  404: 'not-found',
  410: 'unavailable',
  413: 'too-large',
  429: 'throttled',
  449: 'retry-with',
  503: 'unavailable',
};

/** Refused before a byte was sent, so nothing was done. */
const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/**
 * What the SDK threw, as the port's error. The SDK throws errors with a status, errors of the network with a text as `code`, its
 * own checks as plain objects with a `message`, and wraps what befell a whole batch in an error whose `cause` is the real one.
 *
 * @param mayHaveWritten whether the request was a write: without an answer its outcome is unknown
 */
export function containerError(error: unknown, container: string, mayHaveWritten: boolean): ContainerError {
  if (isContainerError(error)) return error;
  const found = withCode(error) ?? (error as SdkError);
  const retryAfterMs = typeof found.retryAfterInMs === 'number' ? { retryAfterMs: found.retryAfterInMs } : {};
  return new ContainerError(codeOf(error, found, mayHaveWritten), container, String(found.message ?? error), {
    cause: error,
    ...retryAfterMs,
  });
}

/** The error of one operation inside a batch that says nothing about the data. */
export function statusError(status: number, container: string): ContainerError | undefined {
  const code = [400, 401, 403, 429, 449, 503].includes(status) ? byStatus[status] : undefined;
  return code && new ContainerError(code, container, `an operation of the batch ended with ${status}`);
}

function codeOf(error: unknown, found: SdkError, mayHaveWritten: boolean): ContainerErrorCode {
  const unanswered = mayHaveWritten ? 'outcome-unknown' : 'unavailable';
  if (typeof found.code === 'number')
    return byStatus[found.code] ?? (found.code >= 500 || found.code === 408 ? unanswered : 'bad-request');
  if (typeof found.code === 'string' && neverSent.includes(found.code)) return 'unavailable';
  return error instanceof Error ? unanswered : 'bad-request';
}

function withCode(error: unknown): SdkError | undefined {
  for (
    let inner = error as SdkError | undefined, depth = 0;
    inner && depth < 5;
    inner = inner.cause as SdkError, depth += 1
  ) {
    if (inner.code !== undefined) return inner;
  }
  return undefined;
}
