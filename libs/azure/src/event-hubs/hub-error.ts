import { HubError, type HubErrorCode, isHubError } from '@daybook/ports';

const byCode: Readonly<Record<string, HubErrorCode>> = {
  MessagingEntityNotFoundError: 'not-found',
  ArgumentOutOfRangeError: 'not-found',
  UnauthorizedError: 'forbidden',
  MessageTooLargeError: 'too-large',
};

/** What the SDK threw, as the port's error. After retries the SDK throws an AggregateError, nested once more for link and send. */
export function hubError(error: unknown, hub: string): HubError {
  if (isHubError(error)) return error;
  const last = lastOf(error);
  const code = String((last as { code?: unknown } | undefined)?.code ?? '');
  const message = last instanceof Error ? last.message : String(last);
  return new HubError(byCode[code] ?? 'unavailable', hub, message, { cause: error });
}

function lastOf(error: unknown): unknown {
  let last = error;
  for (let depth = 0; last instanceof AggregateError && last.errors.length > 0 && depth < 5; depth += 1) {
    last = last.errors.at(-1);
  }
  return last;
}
