import { createHash } from 'node:crypto';
import type { OpenApiDocument, Operation } from '@daybook/contracts';

type Json = Readonly<Record<string, unknown>>;

const style = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c1c; background: #fff; }
h2 { font-size: 1rem; margin: 2rem 0 0; border-top: 1px solid #ddd; padding-top: 1rem; }
h2 span { font-weight: normal; }
p { margin: 0.25rem 0; }
code, pre { font: 0.85rem/1.4 ui-monospace, monospace; }
pre { background: #f5f5f5; padding: 0.75rem; overflow-x: auto; }
summary { cursor: pointer; }
.method { display: inline-block; min-width: 4.5rem; }
nav ul { list-style: none; padding: 0; margin: 1rem 0; }
nav a { text-decoration: none; color: inherit; }
nav a:hover { text-decoration: underline; }
@media (prefers-color-scheme: dark) { body { color: #e8e8e8; background: #181818; } pre { background: #262626; } h2 { border-color: #444; } a { color: #8ab4f8; } }
`;

/** Nothing runs and nothing is loaded; this one style is used. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** As `409 cannot-ship`. */
  readonly problems: readonly string[];
}

/**
 * A document as one page that needs nothing else: what there is, what every request may be answered with, and of each endpoint what it takes and
 * answers, schemas folded. Pure.
 */
export function docsPage(document: OpenApiDocument): { readonly html: string; readonly contentSecurityPolicy: string } {
  const title = escaped(document.info.title);
  const endpoints = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Endpoint => {
      const responses = Object.entries(operation.responses);
      const problems = responses.flatMap(([status, response]) => problemsOf(status, resolved(document, response)));
      return { method: method.toUpperCase(), path, operation, problems };
    }),
  );
  const common = new Set(
    endpoints[0]?.problems.filter((problem) => endpoints.every(({ problems }) => problems.includes(problem))),
  );
  const html = [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${style}</style></head><body>`,
    `<h1>${title}</h1><p>${escaped(String(document.info['description'] ?? ''))}</p>`,
    `<p>Every request needs <code>Authorization: Bearer</code> and a token. The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>`,
    folded('What every request may be answered with, as application/problem+json', list([...common])),
    `<nav><ul>${endpoints.map(link).join('')}</ul></nav>`,
    ...endpoints.map((endpoint) => section(document, endpoint, common)),
    `</body></html>`,
  ].join('\n');
  return { html, contentSecurityPolicy };
}

const heading = ({ method, path, operation }: Endpoint): string =>
  `<code><span class="method">${escaped(method)}</span>${escaped(path)}</code> <span>${escaped(operation.summary)}</span>`;

const link = (endpoint: Endpoint): string =>
  `<li><a href="#${escaped(endpoint.operation.operationId)}">${heading(endpoint)}</a></li>`;

function section(document: OpenApiDocument, endpoint: Endpoint, common: ReadonlySet<string>): string {
  const { description, operationId, parameters, requestBody, responses } = endpoint.operation;
  const answers = Object.entries(responses).filter(([status]) => Number(status) < 400);
  const problems = endpoint.problems.filter((problem) => !common.has(problem));
  return [
    `<section id="${escaped(operationId)}">`,
    `<h2>${heading(endpoint)}</h2>`,
    `<p>${escaped(description)}</p>`,
    ...(parameters.length === 0
      ? []
      : [folded(`Parameters: ${parameters.map(({ name }) => name).join(', ')}`, json(parameters))]),
    ...(requestBody === undefined ? [] : [folded('Body', json(schemaIn(requestBody)))]),
    ...answers.map(([status, response]) => {
      const answer = resolved(document, response);
      return folded(`${status}: ${String(answer['description'])}`, json(schemaIn(answer)));
    }),
    ...(problems.length === 0 ? [] : [`<p>Problems of its own:</p>${list(problems)}`]),
    `</section>`,
  ].join('\n');
}

/** Of a problem its code is enough: all have one schema. */
function problemsOf(status: string, response: Json): string[] {
  if (Number(status) < 400) return [];
  return String(response['description'])
    .split(', ')
    .map((code) => `${status} ${code}`);
}

function resolved(document: OpenApiDocument, response: Json): Json {
  const name = /^#\/components\/responses\/(\w+)$/.exec(String(response['$ref']))?.[1];
  if (name === undefined) return response;
  return (document.components['responses'] as Readonly<Record<string, Json>>)[name] ?? response;
}

function schemaIn(carrier: Json): unknown {
  const [content] = Object.values((carrier['content'] ?? {}) as Readonly<Record<string, Json>>);
  return content?.['schema'];
}

const folded = (title: string, html: string): string =>
  `<details><summary>${escaped(title)}</summary>${html}</details>`;

const json = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;

const list = (texts: readonly string[]): string =>
  `<ul>${texts.map((text) => `<li><code>${escaped(text)}</code></li>`).join('')}</ul>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
