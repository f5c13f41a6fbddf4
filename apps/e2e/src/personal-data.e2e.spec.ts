import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, openLab } from './support/lab.ts';
import { verifyStores } from './support/stores.ts';
import { until } from '@daybook/replay';

jest.setTimeout(60_000);

const shipTo = { name: 'Augusta Lovelace', address: ['12 St James Square', 'London'], postalCode: 'SW1Y 4LB' };
const personal = ['Augusta Lovelace', '12 St James Square', 'SW1Y 4LB'];

/** Personal data on their way through the whole system. */
describe('an address to ship to', () => {
  let lab: Lab;
  const call = async (path: string, init: RequestInit = {}) => {
    const headers = { 'content-type': 'application/json' };
    const response = await lab.fetch(`${lab.system.urls.order}${path}`, { ...init, headers });
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
  };
  const post = (path: string, body: object) => call(path, { method: 'POST', body: JSON.stringify(body) });
  const shipToOf = async (orderId: string): Promise<unknown> => {
    const { body } = await call(`/v1/orders/${orderId}/events`);
    return (body['items'] as { data: Record<string, unknown> }[])[1]?.data['shipTo'];
  };
  /** Every file of the system that holds one of the texts: databases and their logs, hubs, blobs, the processes' logs. */
  const filesWith = (texts: readonly string[]): readonly string[] => {
    const files = readdirSync(lab.system.settings.dataFolder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.length).toBeGreaterThan(5);
    return files
      .map((file) => join(file.parentPath, file.name))
      .filter((file) => {
        const content = readFileSync(file);
        return texts.some((text) => content.includes(text) || content.includes(Buffer.from(text).toString('base64')));
      });
  };

  beforeAll(async () => {
    lab = await openLab();
    const lines = [{ sku: 'POST', quantity: 1, unitPrice: 395 }];
    const order = { customerId: '17850', currency: 'GBP', lines, payment: { token: 'tok_approve' }, shipTo };
    for (const orderId of ['p1', 'p2']) expect((await post('/v1/orders', { ...order, orderId })).status).toBe(202);
    await until('both orders to be confirmed', async () => {
      const { body: one } = await call('/v1/orders/p1');
      const { body: other } = await call('/v1/orders/p2');
      return one['status'] === 'confirmed' && other['status'] === 'confirmed';
    });
  });
  afterAll(() => lab?.close());

  it('is shown to who may see it, and is in no file of the system in clear', async () => {
    expect(await shipToOf('p1')).toEqual(shipTo);
    expect(filesWith(personal)).toEqual([]);
    // What is not personal is found, so the search would have found the rest.
    expect(filesWith(['tok_approve']).length).toBeGreaterThan(1);
  });

  it('is gone once its customer was erased; the orders go on and the chains of hashes hold', async () => {
    const { status, body } = await post('/v1/subjects/17850/erase', { reason: 'asked for by letter' });
    expect([status, body['streams']]).toEqual([200, ['order-p1', 'order-p2']]);
    expect(await shipToOf('p1')).toEqual({ erased: true });
    await post('/v1/orders/p1/ship', { carrier: 'Royal Mail', trackingNumber: 'RM1' });
    await post('/v1/orders/p2/cancel', { reason: 'moved away' });
    await until('both payments to be settled', async () => {
      const of = async (id: string) => {
        const response = await lab.fetch(`${lab.system.urls.payment}/v1/payments/${id}`);
        return ((await response.json()) as { status: string }).status;
      };
      return (await of('p1')) === 'captured' && (await of('p2')) === 'voided';
    });
    await until('the sagas to end', async () => (await verifyStores(lab.system.env)).findings.length === 0);
  });
});
