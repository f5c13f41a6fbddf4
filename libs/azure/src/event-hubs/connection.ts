import type { RetryOptions } from '@azure/event-hubs';
import type { TokenCredential } from '@azure/identity';

/** How to reach the namespace. A credential is shown over TLS only, on the namespace's port: 5671 where it names none. */
export type HubConnection =
  | { readonly connectionString: string }
  | { readonly fullyQualifiedNamespace: string; readonly credential: TokenCredential };

/**
 * The SDK's own defaults (60 s a try, 30 s between tries) leave a service hanging for minutes after a short break of the network.
 */
export const defaultRetry: RetryOptions = { timeoutInMs: 5_000, retryDelayInMs: 200, maxRetries: 5 };

const closeLimitMs = 5_000;

/** Ends waiting when the SDK's `close` hangs, as it does when the server is gone. */
export async function closeBounded(
  close: () => Promise<void>,
  sleep: (delayMs: number, signal?: AbortSignal) => Promise<void>,
): Promise<void> {
  const done = new AbortController();
  const closed = close()
    .catch(() => undefined)
    .finally(() => done.abort());
  await Promise.race([closed, sleep(closeLimitMs, done.signal)]);
}
