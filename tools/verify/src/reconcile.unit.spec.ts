import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eachService, type HubName, hubs as topology, type ShopService, shopServices } from '@daybook/contracts';
import { fileSigner, type StoredEvent } from '@daybook/eventstore';
import { createDeadLetters, eventRoute, feedParking } from '@daybook/messaging';
import {
  memoryBlobStore,
  memoryContainer,
  memoryHub,
  type MemoryHub,
  type Signer,
  virtualRuntime,
} from '@daybook/ports';
import { checkAnchors, writeAnchors } from './anchors.ts';
import type { AllHistories } from './histories.ts';
import { checkPublished, publishedRule, publishGaps, storedRule } from './reconcile.ts';
import { rechained, withStream } from './test-support/forgery.ts';
import { embeddedShop } from './test-support/shop.ts';
import { verifyHistories } from './verify.ts';

const sku = '85123A';
const lines = [{ sku, quantity: 2, unitPrice: 255 }];
type Change = (events: readonly StoredEvent[]) => readonly StoredEvent[];

/** Hubs that hold what the histories call for, and a way to look at histories beside them. */
function createHubs() {
  const runtime = virtualRuntime({ seed: 1 });
  const hubs = new Map<HubName, MemoryHub>(
    topology.map(({ name, partitions }) => [name, memoryHub({ name, partitions, runtime })]),
  );
  const letters = (name: string) =>
    memoryContainer({ name, runtime, partitionKey: ({ partition }) => String(partition) });
  const deadLetters = eachService(letters);
  const ports = {
    reader: (hub: HubName) => hubs.get(hub)!.reader(),
    producer: (hub: HubName) => hubs.get(hub)!.producer(),
  };
  return {
    ...{ runtime, hubs, ports, deadLetters },
    check: (histories: AllHistories) =>
      checkPublished(histories, {
        hubs: ports,
        deadLetters,
        runtime,
        readAtMs: Number.MAX_SAFE_INTEGER,
        settled: true,
      }),
  };
}

const runtime = virtualRuntime({ seed: 1 });
const empty = () => memoryContainer<StoredEvent>({ name: 'empty', runtime, partitionKey: ({ streamId }) => streamId });
const events = eachService(empty);
const anchors = memoryBlobStore('anchors');

let folder: string;
let signer: Signer;
let honest: AllHistories;
let published: ReturnType<typeof createHubs>;

afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-planted-'));
  signer = await fileSigner(join(folder, 'anchors.pem'));
  const shop = embeddedShop();
  await shop.receive(sku, 20);
  await shop.place('fulfilled', lines);
  await shop.ship('fulfilled');
  await shop.place('declined', lines, 'tok_decline');
  honest = await shop.histories();
  published = createHubs();
  const { gaps } = await published.check(honest);
  expect(await publishGaps(gaps, published.ports)).toBeGreaterThan(40);
  await writeAnchors(honest, { anchors, signer }, runtime);
});

/** True where a rule is broken, of the events by themselves or beside the hubs. */
async function noticed(histories: AllHistories): Promise<boolean> {
  if (verifyHistories(histories).findings.length > 0) return true;
  return (await published.check(histories)).findings.length > 0;
}
/** True where an anchor says so. */
const anchored = async (histories: AllHistories): Promise<boolean> =>
  (await checkAnchors(histories, { events, anchors, signer })).findings.length > 0;

/**
 * What a saga notes for itself goes to no hub: where its chain was mended, or its end cut off, the anchor finds it. Everything else is
 * found without one.
 */
async function expectFound(plant: (service: ShopService, streamId: string, index: number) => AllHistories | undefined) {
  const unnoticed: string[] = [];
  const unknown: string[] = [];
  let planted = 0;
  for (const [service, streamId, index] of everyEvent()) {
    const histories = plant(service, streamId, index);
    if (histories === undefined) continue;
    planted += 1;
    if (await noticed(histories)) continue;
    unnoticed.push(`${streamId}/${index + 1}`);
    if (!(await anchored(histories))) unknown.push(`${streamId}/${index + 1}`);
  }
  expect(planted).toBeGreaterThan(30);
  expect(unnoticed.filter((place) => !place.startsWith('saga-'))).toEqual([]);
  expect(unknown).toEqual([]);
}

/** Each event of each stream, by the place it has in it. */
const everyEvent = (): readonly (readonly [ShopService, string, number])[] =>
  shopServices.flatMap((service) =>
    [...honest[service]].flatMap(([streamId, events]) => events.map((_, index) => [service, streamId, index] as const)),
  );

describe('a copy of the data, as it was', () => {
  it('has nothing wrong in it, and much to look at', async () => {
    expect([await noticed(honest), await anchored(honest)]).toEqual([false, false]);
    const { expected, found, gaps } = await published.check(honest);
    expect(found).toBe(expected);
    expect(gaps).toEqual([]);
    expect(everyEvent().length).toBeGreaterThan(30);
  });
});

describe('a copy of the data in which one event is', () => {
  const planted: readonly (readonly [string, (index: number) => Change])[] = [
    ['deleted', (index) => (events) => events.filter((_, at) => at !== index)],
    ['deleted, and the chain mended', (index) => (events) => rechained(events.filter((_, at) => at !== index))],
    [
      'altered',
      (index) => (events) =>
        events.map((event, at) => (at === index ? { ...event, data: { ...event.data, planted: true } } : event)),
    ],
    [
      'altered, and the chain mended',
      (index) => (events) =>
        rechained(
          events.map((event, at) => (at === index ? { ...event, data: { ...event.data, planted: true } } : event)),
        ),
    ],
  ];

  it.each(planted)('%s is found out, whichever it is', async (_name, change) => {
    await expectFound((service, streamId, index) => withStream(honest, service, streamId, change(index)));
  });

  it.each<[string, Change]>([
    ['reordered', (reordered) => reordered],
    ['reordered, and the chain mended', rechained],
  ])('%s is found out, whichever it is', async (_name, mend) => {
    await expectFound((service, streamId, index) => {
      const stream = honest[service].get(streamId) ?? [];
      const [one, two] = [stream[index], stream[index + 1]];
      if (one === undefined || two === undefined) return undefined;
      const swapped = mend([...stream.slice(0, index), two, one, ...stream.slice(index + 2)]);
      return withStream(honest, service, streamId, () => swapped);
    });
  });

  it('unpublished is found out, whichever it is, and published at once when it is asked for', async () => {
    let planted = 0;
    for (const [service, streamId, index] of everyEvent()) {
      const event = honest[service].get(streamId)?.[index];
      const world = createHubs();
      const { gaps } = await world.check(honest);
      const ofEvent = gaps.filter((gap) => gap.streamId === streamId && gap.version === event?.version);
      if (ofEvent.length === 0) continue;
      planted += 1;
      await publishGaps(
        gaps.filter((gap) => !ofEvent.includes(gap)),
        world.ports,
      );
      const checked = await world.check(honest);
      expect(checked.gaps).toHaveLength(ofEvent.length);
      expect(checked.findings[0]).toMatchObject({ rule: publishedRule, where: streamId });
      expect(await publishGaps(checked.gaps, world.ports)).toBe(ofEvent.length);
      expect((await world.check(honest)).findings).toEqual([]);
    }
    expect(planted).toBeGreaterThan(20);
  });
});

describe('after a failover', () => {
  it('what the hubs have and the store has lost is named', async () => {
    const lostTail = withStream(honest, 'order', 'order-fulfilled', (events) => events.slice(0, -1));
    const { findings, lost } = await published.check(lostTail);
    expect(lost.length).toBeGreaterThan(0);
    expect(findings[0]).toMatchObject({ rule: storedRule, where: 'order-fulfilled' });
    expect(findings[0]?.message).toContain('the store does not have it');
  });
});

describe('what the relay has parked', () => {
  it('is the dead letters’ finding, and no gap', async () => {
    const world = createHubs();
    const { gaps } = await world.check(honest);
    const isOfStream = ({ streamId }: { readonly streamId: string }): boolean => streamId === 'order-declined';
    await publishGaps(
      gaps.filter((gap) => !isOfStream(gap)),
      world.ports,
    );
    expect((await world.check(honest)).gaps.length).toBeGreaterThan(0);
    const deadLetters = createDeadLetters({ container: world.deadLetters.order, runtime: world.runtime });
    const parking = feedParking({ consumer: 'feed:relay', service: 'order', deadLetters });
    const [event] = honest.order.get('order-declined') ?? [];
    if (event === undefined) throw new Error('no such order');
    expect(eventRoute('order-events', 'order')(event)).toHaveLength(1);
    await parking.park(event.streamId, event, new Error('too large'), 3);
    const checked = await world.check(honest);
    expect(checked.findings).toEqual([]);
    expect(checked.underWay).toBeGreaterThan(0);
  });
});
