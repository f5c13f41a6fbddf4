import { type Endpoint, problem, problemsOf } from '@daybook/contracts';
import { z } from 'zod';
import type { Client, Reply } from './testing.ts';

/** A client that believes nothing: an answer that its endpoint does not document is an error. */
export interface DocumentedClient extends Client {
  /** Endpoints, as `GET /v1/orders`, that have not answered with success yet, and those that have not answered with a problem. */
  undriven(): ReturnType<typeof undriven>;
}

/** What was driven, also by several clients. */
export interface Driven {
  readonly success: Set<Endpoint>;
  readonly problem: Set<Endpoint>;
}
export const nothingDriven = (): Driven => ({ success: new Set(), problem: new Set() });

/** @throws Error, from `get`, `post` and `delete`, naming the endpoint and how its answer differs from the document */
export function documented(
  client: Client,
  endpoints: readonly Endpoint[],
  driven: Driven = nothingDriven(),
): DocumentedClient {
  const rules = endpoints.map((endpoint) => ({ endpoint, pattern: patternOf(endpoint.path) }));
  const check = (method: string, path: string, reply: Reply): Reply => {
    const pathname = path.split('?')[0] ?? '';
    const endpoint = rules.find((rule) => rule.endpoint.method === method && rule.pattern.test(pathname))?.endpoint;
    if (endpoint === undefined) throw new Error(`${method} ${pathname} is not documented`);
    const differs = reply.status < 400 ? answerDiffers(endpoint, reply) : problemDiffers(endpoint, reply);
    if (differs !== undefined) {
      throw new Error(`${nameOf(endpoint)} answered ${reply.status} with ${JSON.stringify(reply.body)}: ${differs}`);
    }
    driven[reply.status < 400 ? 'success' : 'problem'].add(endpoint);
    return reply;
  };
  return {
    ...client,
    get: async (path, headers) => check('GET', path, await client.get(path, headers)),
    post: async (path, body, headers) => check('POST', path, await client.post(path, body, headers)),
    delete: async (path, headers) => check('DELETE', path, await client.delete(path, headers)),
    undriven: () => undriven(endpoints, driven),
  };
}

/** Endpoints, as `GET /v1/orders`, that have not answered with success yet, and those that have not answered with a problem. */
export function undriven(
  endpoints: readonly Endpoint[],
  driven: Driven,
): { readonly success: readonly string[]; readonly problem: readonly string[] } {
  const missing = (done: ReadonlySet<Endpoint>): readonly string[] =>
    endpoints.filter((endpoint) => !done.has(endpoint)).map(nameOf);
  return { success: missing(driven.success), problem: missing(driven.problem) };
}

function answerDiffers({ answers, etag }: Endpoint, { status, headers, body }: Reply): string | undefined {
  const schema = answers[status];
  if (schema === undefined) return `documented are ${Object.keys(answers).join(', ')}`;
  if (etag === true && !/^"\d+"$/.test(headers.get('etag') ?? '')) return 'there is no ETag';
  return mismatch(schema, body);
}

function problemDiffers(endpoint: Endpoint, { status, headers, body }: Reply): string | undefined {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return 'it is not a problem document';
  const codes = problemsOf(endpoint);
  const code = String(body['code']);
  if (codes[code] !== status) return `of this code ${codes[code] ?? 'no status'} is documented`;
  return body['status'] === status ? mismatch(problem, body) : 'its status is another one';
}

function mismatch(schema: z.ZodType, body: unknown): string | undefined {
  const { error } = schema.safeParse(body);
  return error && z.prettifyError(error);
}

const nameOf = ({ method, path }: Endpoint): string => `${method} ${path}`;

const patternOf = (path: string): RegExp => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`);
