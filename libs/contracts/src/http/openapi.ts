import type { ServiceName } from '../topology/services.ts';
import { jsonSchemaOf, opened } from '../json-schema.ts';
import { contractVersions } from '../versions.ts';
import { problem } from './answers.ts';
import { type Endpoint, problemsOf } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { withSharedResponses } from './shared-responses.ts';

type Json = Readonly<Record<string, unknown>>;

/** One operation of a document. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** Each alternative is enough: a token with all the roles that it names. */
  readonly security: readonly Json[];
  /** What a token that speaks for a person has to hold besides: no standard field can say that. */
  readonly 'x-scope': string;
  readonly parameters: readonly Json[];
  readonly requestBody?: Json;
  readonly responses: Readonly<Record<string, Json>>;
}

/** An OpenAPI 3.1 document: JSON. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Json & { readonly title: string };
  readonly security: readonly Json[];
  /** By path and method in small letters. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Json;
}

const conventions =
  'Amounts are integers in minor units of their currency; times are UTC, ISO 8601. Answers may get further properties, and problems ' +
  'further codes, without a new major version: pass over properties that you do not know, and go by the status where you do not know the code.';

/** What a service takes and answers, made of its `endpoints`. Pure: the same contracts give the same document. */
export function openApiOf(service: ServiceName): OpenApiDocument {
  const written: Record<string, Record<string, Operation>> = {};
  for (const endpoint of endpoints[service]) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}');
    written[path] = { ...written[path], [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  }
  const { paths, responses } = withSharedResponses(written);
  return {
    openapi: '3.1.0',
    info: {
      title: `Daybook: ${service}`,
      version: contractVersions[service],
      description: conventions,
    },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Problem: opened(jsonSchemaOf(problem, 'output')) },
      responses,
    },
  };
}

function operationOf(endpoint: Endpoint): Operation {
  const { method, path, summary, roles, scope, body } = endpoint;
  const words = path.replace(/^\/v1\//, '').split(/[/:-]+/);
  return {
    operationId: [method.toLowerCase(), ...words.map(capitalized)].join(''),
    summary,
    description: `For the role ${roles.join(' or ')}.${roles.includes('customer') ? ' A customer meets only what is their own.' : ''} A token that speaks for a person needs the scope ${scope}.`,
    security: roles.map((role) => ({ bearer: [role] })),
    'x-scope': scope,
    parameters: [...pathParameters(path), ...queryParameters(endpoint), ...headerParameters(endpoint)],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: { 'application/json': { schema: jsonSchemaOf(body, 'input') } },
          },
        }),
    responses: { ...answersOf(endpoint), ...problemAnswersOf(endpoint) },
  };
}

const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

function queryParameters({ query }: Endpoint): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(query, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query', required: required.includes(name), schema },
  }));
}

function headerParameters({ command, recorded }: Endpoint): Json[] {
  const header = (name: string, description: string, required = false): Json => ({
    ...{ name, in: 'header', required, description, schema: { type: 'string' } },
  });
  return [
    ...(command === undefined
      ? []
      : [
          header('Idempotency-Key', 'The same key again gets the same answer; with another request it is 422.'),
          header('If-Match', `The ETag that was seen.${command === 'If-Match required' ? ' Not for a dry run.' : ''}`),
        ]),
    ...(recorded === undefined ? [] : [header('X-Actor', 'For whom another program acts: `operator:<id>`.')]),
    ...(recorded === 'read' ? [header('X-Audit-Reason', 'Why events are read; goes on record.')] : []),
  ];
}

function answersOf({ answers, etag, command }: Endpoint): Record<string, Json> {
  const named = {
    ...(etag ? { ETag: { schema: { type: 'string' } } } : {}),
    ...(command === undefined
      ? {}
      : { 'Idempotent-Replayed': { description: 'The answer of the first time.', schema: { const: 'true' } } }),
  };
  const headers = Object.keys(named).length === 0 ? {} : { headers: named };
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => [
      status,
      {
        description: status === '202' ? 'Accepted: it goes on' : 'Done',
        ...headers,
        content: { 'application/json': { schema: opened(jsonSchemaOf(schema, 'output')) } },
      },
    ]),
  );
}

function problemAnswersOf(endpoint: Endpoint): Record<string, Json> {
  const byStatus = Map.groupBy(Object.entries(problemsOf(endpoint)), ([, status]) => status);
  const retry = { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => {
      const codes = found.map(([code]) => code).sort();
      const schema = {
        allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
      };
      return [
        status,
        {
          description: codes.join(', '),
          ...(status === 429 || status === 503 ? retry : {}),
          content: { 'application/problem+json': { schema } },
        },
      ];
    }),
  );
}

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
