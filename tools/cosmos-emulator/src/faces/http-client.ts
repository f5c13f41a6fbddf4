import { createHttpHeaders, RestError } from '@azure/core-rest-pipeline';
import type { HttpClient } from '@azure/core-rest-pipeline';
import type { Handler } from '../handler.ts';

/** The in-process face: for `CosmosClientOptions.httpClient`. No socket, no TLS. */
export const createHttpClient = (handler: Handler): HttpClient => ({
  sendRequest: async (request) => {
    const url = new URL(request.url);
    const response = await handler(
      {
        method: request.method,
        path: url.pathname,
        search: url.search,
        headers: request.headers.toJSON(),
        body: typeof request.body === 'string' ? request.body : '',
      },
      `${url.origin}/`,
    );
    if (response === undefined) throw new RestError('read ECONNRESET', { code: 'ECONNRESET', request });
    return {
      request,
      status: response.status,
      headers: createHttpHeaders(response.headers),
      bodyAsText: response.body === '' ? null : response.body,
    };
  },
});
