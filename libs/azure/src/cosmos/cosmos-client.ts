import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos';
import type { TokenCredential } from '@azure/identity';
import { surviveLateTokens } from '../late-tokens.ts';

export interface CosmosConnection {
  /** `https://<account>.documents.azure.com`, or an emulator's address. */
  readonly endpoint: string;
  /** Account key. Without it `credential` is needed. */
  readonly key?: string;
  /** Entra ID; the SDK refuses it over plain http. */
  readonly credential?: TokenCredential;
  /** Answers in place of the network: an emulator in this process. */
  readonly httpClient?: NonNullable<CosmosClientOptions['httpClient']>;
  /** How often the SDK itself repeats a throttled (429) request, within about 5 s; default 9. */
  readonly throttleRetriesMax?: number;
}

const requestTimeoutMs = 10_000;

/**
 * A client with Session consistency, keep-alive connections and bounded retries: callers have retries of their own, which know
 * what may be done twice. Call `dispose()` at the end.
 */
export function cosmosClient({
  endpoint,
  key,
  credential,
  httpClient,
  throttleRetriesMax = 9,
}: CosmosConnection): CosmosClient {
  if (key === undefined && credential === undefined) throw new TypeError('cosmosClient: give `key` or `credential`');
  if (credential !== undefined) surviveLateTokens();
  const { hostname } = new URL(endpoint);
  const isLocal = httpClient !== undefined || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  return new CosmosClient({
    endpoint,
    consistencyLevel: 'Session',
    ...(key === undefined ? { aadCredentials: credential! } : { key }),
    ...(httpClient === undefined ? {} : { httpClient }),
    connectionPolicy: {
      // An emulator has one address: nothing to discover. On Azure discovery also enables the SDK's retries of 503 and 404/1002.
      enableEndpointDiscovery: !isLocal,
      requestTimeout: requestTimeoutMs,
      retryOptions: {
        maxRetryAttemptCount: throttleRetriesMax,
        fixedRetryIntervalInMilliseconds: 0,
        maxWaitTimeInSeconds: 5,
      },
    },
  });
}
