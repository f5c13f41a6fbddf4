import { eachService, eventsContainer, serviceNames } from '@daybook/contracts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSigner, type StoredEvent } from '@daybook/eventstore';
import { memoryBlobStore, memoryContainer, type Signer, virtualRuntime } from '@daybook/ports';
import { anchorRule, checkAnchors, writeAnchors } from './anchors.ts';
import type { AllHistories } from './histories.ts';
import { rechained, withStream } from './test-support/forgery.ts';
import { embeddedShop } from './test-support/shop.ts';
import { verifyHistories } from './verify.ts';

const runtime = virtualRuntime({ seed: 1 });
const empty = () => memoryContainer<StoredEvent>({ name: 'empty', runtime, partitionKey: ({ streamId }) => streamId });
const events = eachService(empty);

let folder: string;
let signer: Signer;
let histories: AllHistories;
let anchors: ReturnType<typeof memoryBlobStore>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-anchors-'));
  signer = await fileSigner(join(folder, 'anchors.pem'));
  const shop = embeddedShop();
  await shop.receive('85123A', 20);
  await shop.place('o1', [{ sku: '85123A', quantity: 2, unitPrice: 255 }]);
  await shop.ship('o1');
  histories = await shop.histories();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  anchors = memoryBlobStore('anchors');
});

const check = (now: AllHistories) => checkAnchors(now, { events, anchors, signer });

describe('anchors of all services', () => {
  it('are not missed where there are none', async () => {
    expect(await check(histories)).toEqual({ anchors: [], count: 0, findings: [] });
  });

  it('agree with what is there', async () => {
    const names = await writeAnchors(histories, { anchors, signer }, runtime);
    expect(names).toEqual(Object.values(eventsContainer).map((each) => `${each}/000000001.json`));
    expect(await check(histories)).toMatchObject({ count: 4, findings: [] });
  });

  it('find what no other rule can: an end that nobody else knows of, and a stream that is told anew', async () => {
    await writeAnchors(histories, { anchors, signer }, runtime);
    const cut = withStream(histories, 'inventory', 'stock-85123A', (stock) => stock.slice(0, -1));
    expect((await check(cut)).findings).toMatchObject([
      {
        rule: anchorRule,
        where: 'stock: stock-85123A',
        message: expect.stringMatching(/^stream-cut: event \d+ is gone/),
      },
    ]);
    const forged = withStream(histories, 'order', 'order-o1', (order) =>
      rechained(order.map((event) => ({ ...event, recordedAt: '2030-01-01T00:00:00.000Z' }))),
    );
    expect(verifyHistories(forged).findings).toEqual([]);
    expect((await check(forged)).findings).toMatchObject([{ rule: anchorRule, where: 'orders: order-o1' }]);
  });

  it('are looked up in the store where an anchor is younger than what was read', async () => {
    const store = empty();
    const last = histories.order.get('order-o1')?.at(-1) as StoredEvent;
    await store.batch(last.streamId, [{ kind: 'create', document: last }]);
    await writeAnchors(histories, { anchors, signer }, runtime);
    const before = withStream(histories, 'order', 'order-o1', (order) => order.slice(0, -1));
    const running = { ...events, order: store };
    expect((await checkAnchors(before, { events: running, anchors, signer })).findings).toEqual([]);
  });

  it('of another key are forged', async () => {
    const other = await fileSigner(join(folder, 'other.pem'));
    await writeAnchors(histories, { anchors, signer: other }, runtime);
    const { count, findings } = await check(histories);
    expect([count, findings.length]).toEqual([0, serviceNames.length]);
    expect(findings[0]?.message).toMatch(/^anchor-forged/);
  });
});
