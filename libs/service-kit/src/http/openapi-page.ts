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
.method { display: inline-block; min-width: 3.5rem; }
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

/** A document as one page that needs nothing else: each endpoint with what it takes and answers, schemas folded. Pure. */
export function docsPage(document: OpenApiDocument): { readonly html: string; readonly contentSecurityPolicy: string } {
  const title = escaped(document.info.title);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(document, method.toUpperCase(), path, operation)),
  );
  const html = [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${style}</style></head><body>`,
    `<h1>${title}</h1><p>${escaped(String(document.info['description'] ?? ''))}</p>`,
    `<p>Every request needs <code>Authorization: Bearer</code> and a token. The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>`,
    ...operations,
    `</body></html>`,
  ].join('\n');
  return { html, contentSecurityPolicy };
}

function section(document: OpenApiDocument, method: string, path: string, operation: Operation): string {
  const { summary, description, parameters, requestBody, responses } = operation;
  const answers = Object.entries(responses).map(([status, response]) => answer(status, resolved(document, response)));
  return [
    `<section id="${escaped(operation.operationId)}">`,
    `<h2><code><span class="method">${escaped(method)}</span>${escaped(path)}</code> <span>${escaped(summary)}</span></h2>`,
    `<p>${escaped(description)}</p>`,
    ...(parameters.length === 0
      ? []
      : [folded(`Parameters: ${parameters.map(({ name }) => name).join(', ')}`, parameters)]),
    ...(requestBody === undefined ? [] : [folded('Body', schemaIn(requestBody))]),
    ...answers,
    `</section>`,
  ].join('\n');
}

/** Of a problem its codes are enough: all have one schema. */
function answer(status: string, response: Json): string {
  const description = `${status}: ${String(response['description'])}`;
  return Number(status) < 400 ? folded(description, schemaIn(response)) : `<p>${escaped(description)}</p>`;
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

const folded = (title: string, what: unknown): string =>
  `<details><summary>${escaped(title)}</summary><pre>${escaped(JSON.stringify(what, null, 2))}</pre></details>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
