import { fulfilOrderSagaId, sagaStream as sagaStreamOf, type ShopService } from '@daybook/contracts';
import { collectionsFormat, type SnapshotDocument, type StoredEvent } from '@daybook/eventstore';
import type { Container, Document } from '@daybook/ports';
import { checkSnapshots, readSnapshots, snapshotRule } from './check-snapshots.ts';
import type { AllHistories } from './histories.ts';
import { embeddedShop } from './test-support/shop.ts';

const lines = [{ sku: '85123A', quantity: 3, unitPrice: 255 }];
const stream = 'stock-85123A';
const sagaStream = sagaStreamOf(fulfilOrderSagaId('o1'));

/** A shop that sold something, its services keeping a snapshot after every event. */
async function world() {
  const shop = embeddedShop({ snapshotEvery: 1 });
  await shop.receive('85123A', 10);
  await shop.receive('22423', 10);
  await shop.place('o1', lines);
  await shop.ship('o1');
  await shop.settled();
  // Sagas keep one only after many more events: this is what it would be.
  const { state, version, lastHash } = await shop.sagas.load(sagaStream);
  const saga = { version, hash: lastHash, fingerprint: 'saga', state: collectionsFormat().toJson(state) };
  const document = { id: sagaStream, streamId: sagaStream, ...saga };
  await shop.snapshots.fulfilment.batch(sagaStream, [{ kind: 'upsert', document }]);
  await shop.runtime.advance(5_000);
  const plant = async (service: ShopService, streamId: string, change: Partial<SnapshotDocument>): Promise<void> => {
    const { document } = await shop.snapshots[service].read(streamId, streamId);
    const { _etag, _ts, ...found } = document ?? { id: streamId, streamId };
    const planted = { ...found, ...change } as unknown as Document;
    await shop.snapshots[service].batch(streamId, [{ kind: 'upsert', document: planted }]);
  };
  const check = async (change: (histories: AllHistories) => AllHistories = (histories) => histories) =>
    checkSnapshots(change(await shop.histories()), await readSnapshots(shop.snapshots));
  return { ...shop, plant, check };
}

describe('Tamper evidence: snapshots', () => {
  it('of all services are compared with the replay of their streams, and are what those make', async () => {
    const { check, snapshots } = await world();
    const checked = await check();
    expect(checked).toMatchObject({ outdated: 0, findings: [] });
    let stored = 0;
    for (const container of Object.values<Container>(snapshots)) {
      const { documents } = await container.query({ limit: 100 });
      expect(documents.length).toBeGreaterThan(0);
      stored += documents.length;
    }
    expect(checked.count).toBe(stored);
  });

  it.each([
    [
      'inventory',
      stream,
      { state: { onHand: 1_000, reserved: 0, open: {}, tombstones: [] } },
      'not what the events make',
    ],
    ['order', 'order-o1', { state: { status: 'none' } }, 'not what the events make'],
    ['fulfilment', sagaStream, { state: { status: 'none' } }, 'not what the events make'],
    ['inventory', stream, { version: 99 }, 'has only'],
    ['inventory', stream, { hash: 'f'.repeat(64) }, 'another history'],
    ['inventory', 'stock-none', { version: 1, hash: '', state: {} }, 'has only 0 events'],
  ] as const)('that were planted are findings: %s %s %j', async (service, streamId, change, message) => {
    const { check, plant } = await world();
    await plant(service, streamId, change);
    const { findings } = await check();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ rule: snapshotRule });
    expect(findings[0]?.where).toContain(streamId);
    expect(findings[0]?.message).toContain(message);
  });

  it('of older code, which the services pass over, are counted and are no findings', async () => {
    const { check, plant, receive, settled, runtime } = await world();
    await plant('inventory', stream, { state: { pieces: 7 }, fingerprint: 'of older code' });
    await runtime.advance(5_000);
    await receive('22423', 1);
    await settled();
    expect(await check()).toMatchObject({ outdated: 1, findings: [] });
  });

  it('that were planted under a fingerprint of their own are found where they are the newest', async () => {
    const { check, plant } = await world();
    await plant('inventory', stream, { state: { pieces: 7 }, fingerprint: 'my own' });
    expect(await check()).toMatchObject({ outdated: 0, findings: [{ rule: snapshotRule }] });
  });

  it('of a stream that cannot be read say so', async () => {
    const { check } = await world();
    const { findings } = await check((histories) => {
      const events = histories.inventory.get(stream) as readonly StoredEvent[];
      const unreadable = events.map((event) => ({ ...event, schemaVersion: 99 }));
      return { ...histories, inventory: new Map([...histories.inventory, [stream, unreadable]]) };
    });
    expect(findings).toMatchObject([{ message: expect.stringContaining('cannot be replayed') as string }]);
  });
});
