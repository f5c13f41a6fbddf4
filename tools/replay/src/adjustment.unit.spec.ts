import { httpCommandKey, stockEvents, stockStream } from '@daybook/contracts';
import { createAggregateStore, createEventStore, eventCodec } from '@daybook/eventstore';
import { type StockCommand, stockDecider, type StockEvent, type StockState } from '@daybook/inventory-domain';
import { type Document, memoryContainer, virtualRuntime } from '@daybook/ports';
import { adjustedBefore, adjustStock } from './adjustment.ts';
import type { PlannedAdjustment } from './plan.ts';
import type { Answer, Shop } from './shop.ts';

/** The stock of one code: the service's own decisions over its own store, spoken to as over HTTP. */
function stockroom(sku: string) {
  const runtime = virtualRuntime({ seed: 1 });
  const partitionKey = (document: Document): string => String(document['streamId']);
  const container = memoryContainer({ name: 'stock', runtime, partitionKey, uniqueKeys: ['/dedup'] });
  const store = createEventStore({ container, runtime });
  const codec = eventCodec<StockEvent>(stockEvents);
  const category = 'stock';
  const stock = createAggregateStore<StockCommand, StockEvent, StockState>({
    ...{ store, codec, decider: stockDecider, category },
  });
  const streamId = stockStream(sku);
  const bodies = new Map<string, string>();

  const execute = async (command: StockCommand, key: string): Promise<Answer> => {
    const rest = { correlationId: 'r', causationId: 'r', actor: 'operator:1', traceparent: '' };
    const outcome = await stock.execute({
      streamId,
      command,
      metadata: { commandKey: httpCommandKey('replay', key), ...rest },
    });
    if (outcome.kind === 'refused') {
      return { status: 409, body: { code: outcome.refusal.code, ...outcome.refusal.details } };
    }
    const body = JSON.stringify(command);
    if (outcome.kind === 'duplicate' && bodies.get(key) !== body) return { status: 422, body: {} };
    bodies.set(key, body);
    return { status: 200, body: { version: outcome.version } };
  };
  const shop: Shop = {
    async get() {
      const { events } = await store.read({ streamId });
      return events.length === 0 ? { status: 404, body: {} } : { status: 200, body: { items: events } };
    },
    post: (_service, path, body, key) => {
      const { quantity } = body as { quantity: number };
      return path.endsWith('/receive')
        ? execute({ type: 'ReceiveStock', data: { sku, quantity } }, key)
        : execute({ type: 'AdjustStock', data: { sku, quantity, reason: 'counted' } }, key);
    },
  };
  return {
    shop,
    receive: (quantity: number) => shop.post('inventory', '/receive', { quantity }, `receive-${quantity}`),
    onHand: async () => (await stock.load(streamId)).state.onHand,
  };
}

const row = (quantity: number): PlannedAdjustment => ({ kind: 'adjustment', line: 7, sku: '10000', quantity });

describe('an adjustment', () => {
  it('moves what the row says, up or down', async () => {
    const { shop, receive, onHand } = stockroom('10000');
    await receive(10);
    expect(await adjustStock(shop, 'a', row(-4))).toBe(-4);
    expect(await adjustStock(shop, 'b', row(3))).toBe(3);
    expect(await onHand()).toBe(9);
  });

  it('takes what is available where the row wants more', async () => {
    const { shop, receive, onHand } = stockroom('10000');
    await receive(10);
    expect(await adjustStock(shop, 'a', row(-12))).toBe(-10);
    expect(await onHand()).toBe(0);
    expect(await adjustStock(shop, 'b', row(-1))).toBe(0);
  });

  it('moves nothing the second time, and says what it moved the first time', async () => {
    const { shop, receive, onHand } = stockroom('10000');
    await receive(10);
    await adjustStock(shop, 'whole', row(-4));
    await adjustStock(shop, 'in part', row(-8));
    await receive(20);
    expect(await adjustStock(shop, 'whole', row(-4))).toBe(-4);
    expect(await adjustStock(shop, 'in part', row(-8))).toBe(-6);
    expect(await onHand()).toBe(20);
  });

  it('can be looked up; one that was refused left nothing', async () => {
    const { shop, receive } = stockroom('10000');
    expect(await adjustedBefore(shop, '10000', 'a')).toBeUndefined();
    await receive(3);
    await adjustStock(shop, 'a', row(-5));
    await adjustStock(shop, 'refused', row(-5));
    expect(await adjustedBefore(shop, '10000', 'a')).toBe(-3);
    expect(await adjustedBefore(shop, '10000', 'refused')).toBeUndefined();
  });
});
