// node infra/pipelines/smoke.mjs look|order SERVICE=URL…: asks the services at these addresses (in a cluster the ends of tunnels) whether they
// work. TOKEN is an access token of the role service. look: they answer, let nobody in without a token, and read their stores with one. order:
// besides, an order goes through stock and payment, is cancelled, and everything is as it was.
import { setTimeout as sleep } from 'node:timers/promises';

const [depth, ...named] = process.argv.slice(2);
const token = process.env.TOKEN;
const urls = Object.fromEntries(named.map((each) => each.split(/=(.*)/s, 2)));
const shop = ['order', 'inventory', 'payment', 'fulfilment'];
if (
  !['look', 'order'].includes(depth) ||
  named.length === 0 ||
  !Object.values(urls).every((url) => URL.canParse(url)) ||
  (depth === 'order' && !shop.every((service) => service in urls)) ||
  !token
) {
  console.error('usage: TOKEN=… node infra/pipelines/smoke.mjs look|order SERVICE=URL…; order needs all of the shop');
  process.exit(2);
}

const sku = '00000-SMOKE';
const waitMs = 60_000;
const id = `smoke-${Date.now()}`;

async function ask(service, path, { body, anonymous = false } = {}) {
  const response = await fetch(`${urls[service]}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(anonymous ? {} : { authorization: `Bearer ${token}`, 'x-actor': 'service:smoke' }),
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'idempotency-key': `${id}${path}`.slice(-200) }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, body: await response.json() };
}

/** An answer with this status, or the end. */
async function expect(status, service, path, options) {
  const answer = await ask(service, path, options);
  if (answer.status === status) return answer.body;
  throw new Error(`${service} answers ${path} with ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
}

/** Asks until it is so: what follows an order takes a moment, and so does a tunnel. */
async function until(what, holds) {
  const deadline = Date.now() + waitMs;
  let last;
  while (Date.now() < deadline) {
    try {
      if (await holds()) return console.log(`ok  ${what}`);
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(500);
  }
  throw new Error(`waited ${waitMs / 1_000} s in vain: ${what}`, { cause: last });
}

/** Where the service lists what it has, by its own document: for programs, and of no one thing. */
async function listOf(service) {
  const { paths } = await expect(200, service, '/openapi.json', { anonymous: true });
  const isList = ([path, { get }]) =>
    !path.includes('{') &&
    get?.security.some(({ bearer }) => bearer.includes('service')) &&
    get.parameters.some(({ name }) => name === 'limit');
  const list = Object.entries(paths).find(isList)?.[0];
  if (list === undefined) throw new Error(`${service} documents no list that a program may read`);
  return list;
}

async function look() {
  for (const service of Object.keys(urls)) {
    await until(
      `${service} is ready`,
      async () => (await ask(service, '/health/ready', { anonymous: true })).status === 200,
    );
    const list = await listOf(service);
    await expect(401, service, `${list}?limit=1`, { anonymous: true });
    const { items } = await expect(200, service, `${list}?limit=1`);
    console.log(`ok  ${service} lets nobody in without a token, and reads its store with one (${items.length} seen)`);
  }
}

async function placeAndCancel() {
  const before = await ask('inventory', `/v1/stock/${sku}`);
  const available = before.status === 200 ? before.body.available : 0;
  if (available === 0) await expect(200, 'inventory', `/v1/stock/${sku}/receive`, { body: { quantity: 1 } });
  const lines = [{ sku, quantity: 1, unitPrice: 1 }];
  const body = { orderId: id, customerId: 'smoke', currency: 'GBP', lines, payment: { token: 'tok_approve' } };
  await expect(202, 'order', '/v1/orders', { body });
  const status = (service, path, wanted) => async () => (await expect(200, service, path)).status === wanted;
  await until(
    `${id} is confirmed: stock is reserved, payment authorized`,
    status('order', `/v1/orders/${id}`, 'confirmed'),
  );
  await expect(200, 'order', `/v1/orders/${id}/cancel`, { body: { reason: 'smoke test' } });
  await until(`${id} is cancelled`, status('order', `/v1/orders/${id}`, 'cancelled'));
  await until('its payment is voided', status('payment', `/v1/payments/${id}`, 'voided'));
  await until('its stock is available again', async () => {
    return (await expect(200, 'inventory', `/v1/stock/${sku}`)).available >= Math.max(1, available);
  });
  await until('its saga is over', status('fulfilment', `/v1/sagas/FulfilOrder:${id}`, 'compensated'));
}

try {
  await look();
  if (depth === 'order') await placeAndCancel();
} catch (error) {
  console.error(`smoke: ${error.message}`);
  if (error.cause) console.error(error.cause);
  process.exitCode = 1;
}
