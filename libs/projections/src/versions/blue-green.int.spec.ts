import { createFeedProcessor } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import { type Container, type Refusal, systemRuntime } from '@daybook/ports';
import { embeddedCosmos } from '@daybook/testing';
import { eventFeed } from '../projection-handler.ts';
import { askSteadily } from '../test-support/asking.ts';
import { event } from '../test-support/counter.ts';
import { eventsPerStream, saleEvents, saleOf, saleVersion, streamIdOf } from '../test-support/shop.ts';
import { createReadModels } from './read-models.ts';
import { servedStreams } from './served.ts';

// The full size by hand: REBUILD_EVENTS=200000 npx jest … blue-green
const eventsTotal = Number(process.env['REBUILD_EVENTS'] ?? 20_000);
const streamsTotal = Math.ceil(eventsTotal / eventsPerStream);
const perSecond = 50;
/** The emulator looks at every document for a list: of very many documents it is asked for fewer lists. */
const listEvery = Math.max(10, Math.round(streamsTotal / 100));
/** For who runs it by hand. */
const tell = (figures: object): void => {
  if (process.env['REBUILD_EVENTS'] !== undefined) process.stdout.write(`${JSON.stringify(figures)}\n`);
};
const asked = { actor: 'operator:ada', reason: 'pieces are shown as well' };
const runtime = systemRuntime();
const names = ['events', 'leases', 'readModels'] as const;
const partitionKeys = { events: '/streamId', leases: '/id', readModels: '/id' };

jest.setTimeout(eventsTotal * 20 + 60_000);

async function inParallel(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  const left = Array.from({ length: count }, (_, n) => n).values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const n of left) await work(n);
    }),
  );
}

it(`a read model is changed and rebuilt over ${eventsTotal} events while it is asked ${perSecond} times a second`, async () => {
  const cosmos = await embeddedCosmos({
    containers: Object.fromEntries(names.map((name) => [name, { partitionKey: partitionKeys[name] }])) as Record<
      (typeof names)[number],
      { partitionKey: string }
    >,
  });
  const { leases, readModels } = cosmos.containers;
  const events = cosmos.containers.events as Container<StoredEvent>;
  const append = (streamId: string, added: readonly StoredEvent[]) =>
    events.batch(
      streamId,
      added.map((document) => ({ kind: 'create', document })),
    );
  await inParallel(streamsTotal, (n) => append(streamIdOf(n), saleEvents(n)));
  // The database's clock counts whole seconds.
  const seededMs = runtime.now() + 1_000;

  const models = createReadModels({
    ...{ container: readModels, events, leases, runtime },
    timing: { aliasMaxAgeMs: 200, lookEveryMs: 200, retireAfterMs: 1_000 },
    openFeed: (name, handleKey) =>
      createFeedProcessor<StoredEvent>({
        ...{ name, instance: runtime.newId(), source: events, leases, runtime, handleKey, ...eventFeed },
        limits: { pageSize: 500, maxInFlight: 1_500, pollIdleMs: 100 },
      }),
  });
  const stores = { events, readModels };
  const versions = [saleVersion(stores, 1, { pieces: false, defect: false })];
  const sales = servedStreams(models.add({ name: 'sales', versions }));
  const figures: Record<string, unknown> = { events: eventsTotal, documents: streamsTotal };
  const builtIn = async (step: string, build: number): Promise<void> => {
    const startedMs = runtime.now();
    for (;;) {
      const [status] = await models.describe();
      const progress = status?.builds.find((each) => each.build === build)?.progress;
      // All that was there before the queries began; of the rest something is always under way.
      if (progress?.caughtUp === true && Date.parse(progress.upTo ?? '') > seededMs) break;
      await runtime.sleep(200);
    }
    figures[step] = `${runtime.now() - startedMs} ms`;
    tell(figures);
  };
  const report = async () => {
    const outcome = await models.parity('sales', asked);
    if ('refused' in outcome) throw new Error((outcome as Refusal).message);
    return outcome;
  };
  const retired = async (): Promise<void> => {
    await runtime.sleep(1_100);
    expect(await models.retire('sales', asked)).not.toHaveProperty('refused');
    while ((await models.describe())[0]?.builds.length !== 1) await runtime.sleep(100);
  };

  try {
    await models.start();
    await builtIn('version 1 built', 1);

    let after: string | undefined;
    const asking = askSteadily(runtime, perSecond, async (n) => {
      if (n % listEvery > 0) {
        const stream = (n * 7_919) % streamsTotal;
        expect(await sales.get(streamIdOf(stream))).toMatchObject(saleOf(stream));
        return;
      }
      // One list, page by page over and over: across the switch too.
      const mine = after;
      const page = await sales.list({
        where: [{ field: 'status', op: '=', value: 'done' }],
        limit: 50,
        ...(mine === undefined ? {} : { after: mine }),
      });
      if ('refused' in page) throw new Error(page.code);
      expect(page.items.every(({ status }) => status === 'done')).toBe(true);
      after = page.next;
    });
    // Events go on meanwhile: both builds are kept up to date.
    const traffic = { on: true, appended: 0 };
    const appending = (async () => {
      for (; traffic.on; traffic.appended += 1) {
        const n = traffic.appended % 20;
        const streamId = `order-live-${n}`;
        const version = Math.floor(traffic.appended / 20) + 1;
        await append(streamId, [{ ...event(streamId, version, 'Sold'), data: { amount: 1 } }]);
        await runtime.sleep(50);
      }
    })();

    // Version 2 with a planted defect: it is built, found out, and does not get to serve.
    versions.push(saleVersion(stores, 2, { pieces: true, defect: true }));
    expect(await models.rebuild('sales', asked)).toMatchObject({ build: 2, version: 2 });
    await builtIn('version 2 built', 2);
    const broken = await report();
    const forgotten = Array.from({ length: streamsTotal }, (_, n) => streamIdOf(n)).filter((id) => id.endsWith('13'));
    expect(broken).toMatchObject({
      clean: false,
      differences: { missing: 0, surplus: 0, different: forgotten.length },
    });
    expect(broken.samples[0]).toMatchObject({ key: forgotten[0], fields: ['amount'] });
    expect(await models.switchTo('sales', asked)).toMatchObject({ refused: true, code: 'parity-failed' });
    await retired();

    // Version 3 is right: compared, switched, rolled back, switched again.
    versions.push(saleVersion(stores, 3, { pieces: true, defect: false }));
    expect(await models.rebuild('sales', asked)).toMatchObject({ build: 3, version: 3 });
    await builtIn('version 3 built', 3);
    const clean = await report();
    expect(clean).toMatchObject({ clean: true, samples: [] });
    expect(clean.counts.candidate).toBeGreaterThanOrEqual(streamsTotal);
    expect(clean.checksums.candidate).toBe(clean.checksums.serving);
    figures['parity'] = `${clean.durationMs} ms`;
    expect(await models.switchTo('sales', asked)).toMatchObject({ serving: 3, previous: 1 });
    expect(await sales.get(streamIdOf(3))).toMatchObject({ pieces: eventsPerStream });
    await runtime.sleep(500);
    expect(await models.rollback('sales', asked)).toMatchObject({ serving: 1, previous: 3 });
    expect(await sales.get(streamIdOf(3))).not.toHaveProperty('pieces');
    await runtime.sleep(500);
    expect(await report()).toMatchObject({ clean: true });
    expect(await models.switchTo('sales', asked)).toMatchObject({ serving: 3 });
    await retired();

    traffic.on = false;
    await appending;
    const { failures, ...asks } = await asking.stop();
    expect(failures).toEqual([]);
    expect(asks.asked).toBeGreaterThan(100);
    tell({ ...figures, ...asks, appended: traffic.appended });
  } finally {
    await models.stop();
    await cosmos.close();
  }
});
