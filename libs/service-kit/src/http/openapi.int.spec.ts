import { createHash } from 'node:crypto';
import { endpoints, openApiOf } from '@daybook/contracts';
import { Router } from 'express';
import { type Client, serve, withCallers } from '../testing/testing.ts';
import { docsPage } from './openapi-page.ts';
import { openApiRoutes } from './openapi.ts';
import { createRateLimiter, limitCallers } from './rate-limit.ts';

const document = openApiOf('order');
let client: Client;

beforeEach(async () => {
  const limit = limitCallers(createRateLimiter({ perSecond: 1, burst: 3 }, { now: () => 0 }));
  client = await serve(Router().use(openApiRoutes(document, limit), withCallers(Router(), endpoints.order)));
});
afterEach(() => client.close());

const page = (): Promise<Response> => fetch(`http://127.0.0.1:${client.port}/docs`);

it('the document is there for everybody, and nothing else is', async () => {
  const { status, headers, body } = await client.get('/openapi.json');
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(body).toEqual(JSON.parse(JSON.stringify(document)));
  expect((await client.get('/v1/orders')).status).toBe(401);
});

it('the page names every endpoint, and lets nothing run or load except its own style', async () => {
  const response = await page();
  const html = await response.text();
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(html.match(/<section /g)).toHaveLength(endpoints.order.length);
  expect(html).toContain('/v1/orders/{orderId}/cancel');
  expect(html).toContain('<code>409 cannot-cancel</code>');
  // What every endpoint may answer is said once.
  expect(html.match(/429 too-many-requests/g)).toHaveLength(1);
  expect(html).not.toMatch(/<script|<link|<img|https?:\/\/(?!json-schema)/);
  const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
});

it('what a document says is text on the page, whatever is in it', () => {
  const { html } = docsPage({ ...document, info: { title: '<script>"&\'' } });
  expect(html).toContain('<title>&lt;script&gt;&quot;&amp;&#39;</title>');
});

it('both count as requests of the address that they come from', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await page()).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});
