import { RestError, createHttpHeaders } from '@azure/core-rest-pipeline';
import { type CosmosConnection, cosmosClient } from './cosmos-client.ts';
import { cosmosContainer } from './cosmos-container.ts';

type HttpClient = NonNullable<CosmosConnection['httpClient']>;
type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> } | Error;

/** The real SDK over a network that gives the same answer to every request. */
function containerAnswering(answer: Answer) {
  const httpClient: HttpClient = {
    async sendRequest(request) {
      if (answer instanceof Error) throw answer;
      const body = answer.body ?? { code: String(answer.status), message: `answer ${answer.status}` };
      return {
        request,
        status: answer.status,
        headers: createHttpHeaders(answer.headers ?? {}),
        bodyAsText: JSON.stringify(body),
      };
    },
  };
  const client = cosmosClient({ endpoint: 'https://account.invalid', key: 'a2V5', httpClient, throttleRetriesMax: 0 });
  return { client, container: cosmosContainer(client.database('shop').container('things')) };
}

const create = { kind: 'create', document: { id: 'a', pk: 'p' } } as const;

describe('what the SDK throws', () => {
  it.each([
    [400, 'bad-request'],
    [401, 'forbidden'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [408, 'outcome-unknown'],
    [413, 'too-large'],
    [449, 'retry-with'],
    [500, 'outcome-unknown'],
    [503, 'unavailable'],
  ])('becomes for a batch answered with %i: %s', async (status, code) => {
    const { client, container } = containerAnswering({ status });
    await expect(container.batch('p', [create])).rejects.toMatchObject({ name: 'ContainerError', code });
    client.dispose();
  });

  it('says how long to wait when throttled', async () => {
    const headers = { 'x-ms-retry-after-ms': '7000' };
    const { client, container } = containerAnswering({ status: 429, headers });
    const batch = container.batch('p', [create]);
    await expect(batch).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 7_000 });
    client.dispose();
  });

  it.each([
    ['ECONNREFUSED', 'unavailable'],
    ['ECONNRESET', 'outcome-unknown'],
  ])('becomes for a batch over a broken network, %s: %s', async (code, expected) => {
    const { client, container } = containerAnswering(new RestError('broken', { code }));
    await expect(container.batch('p', [create])).rejects.toMatchObject({ code: expected });
    client.dispose();
  });

  it('becomes an outcome when a batch was refused as a whole, and an error when the database was not able to', async () => {
    const refusedWith = async (statusCode: number) => {
      const results = [{ statusCode: 424 }, { statusCode }];
      const { client, container } = containerAnswering({ status: 207, body: results });
      const outcome: unknown = await container.batch('p', [create, create]).catch((error: unknown) => error);
      client.dispose();
      return outcome;
    };
    expect(await refusedWith(409)).toMatchObject({ applied: false, failedIndex: 1, status: 409 });
    expect(await refusedWith(412)).toMatchObject({ applied: false, failedIndex: 1, status: 412 });
    expect(await refusedWith(449)).toMatchObject({ code: 'retry-with' });
    expect(await refusedWith(429)).toMatchObject({ code: 'throttled' });
  });
});
