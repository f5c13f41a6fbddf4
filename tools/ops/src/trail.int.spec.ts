import { eachService, serviceNames } from '@daybook/contracts';
import { createAuditLog, createEventStore, type StoredEvent } from '@daybook/eventstore';
import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { correlationRoutes, createHealth, type HttpService, silentLog, startHttp } from '@daybook/service-kit';
import { trailCommand } from './trail.ts';

const runtime = virtualRuntime({ seed: 1 });
let services: HttpService[];
let lines: string[];

/** A service with its own events. */
async function service(streamId: string, types: readonly string[]): Promise<HttpService> {
  const container = memoryContainer<StoredEvent>({
    ...{ name: 'events', runtime, uniqueKeys: ['/dedup'] },
    partitionKey: (event) => event.streamId,
  });
  const store = createEventStore({ container, runtime });
  for (const [index, type] of types.entries()) {
    await runtime.advance(1_000);
    await store.append({
      ...{ streamId, expectedVersion: index, events: [{ type, schemaVersion: 1, data: {} }] },
      metadata: {
        ...{ commandKey: `c${index}`, correlationId: 'cart-7', causationId: 'c' },
        ...{ actor: 'customer:17850', traceparent: '' },
      },
    });
  }
  const records = memoryContainer({ name: 'audit', runtime, partitionKey: (document) => String(document['streamId']) });
  const routes = correlationRoutes({ store, runtime, audit: createAuditLog({ container: records, runtime }) });
  return startHttp({ port: 0, routes, health: createHealth(), log: silentLog });
}

beforeEach(async () => {
  lines = [];
  services = [
    await service('order-o1', ['OrderDrafted', 'OrderSubmitted']),
    await service('stock-85123A', ['StockReserved']),
  ];
});
afterEach(() => Promise.all(services.map((each) => each.close(1_000))));

const run = (...args: readonly string[]): Promise<number> => {
  const [order = '', inventory = ''] = services.map(({ port }) => `http://127.0.0.1:${port}`);
  const urls = { ...eachService(() => inventory), order };
  return trailCommand.run(args, { urls, actor: 'operator:ada', print: (line) => void lines.push(line) });
};

it('tells what one request led to in every service, in the order of time', async () => {
  expect(await run('cart-7', '--reason', 'complaint 12')).toBe(0);
  expect(lines.map((line) => line.split(/ {2,}/).slice(1, 4).join(' '))).toEqual([
    'order order-o1 1 OrderDrafted',
    'order order-o1 2 OrderSubmitted',
    ...serviceNames.slice(1).map((name) => `${name} stock-85123A 1 StockReserved`),
  ]);
  lines.length = 0;
  await run('cart-7', '--json');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ service: 'order', type: 'OrderDrafted' });
});

it('says that there is none', async () => {
  expect(await run('cart-8')).toBe(1);
  await expect(run()).rejects.toThrow(/name a correlation id/);
});
