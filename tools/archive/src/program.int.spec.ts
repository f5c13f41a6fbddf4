import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { azureBlobStore, cosmosClient, cosmosContainer } from '@daybook/azure';
import {
  archiveContainer,
  databaseName,
  type DataIdentity,
  eventsContainer,
  snapshotsContainer,
  stockEvents,
} from '@daybook/contracts';
import {
  createAggregateStore,
  createEventStore,
  eventCodec,
  snapshotIntervals,
  type StoredEvent,
} from '@daybook/eventstore';
import { stockDecider, type StockEvent } from '@daybook/inventory-domain';
import { envOf, fetchAs, findRoot, startSystem, type System, trustStores } from '@daybook/local';
import { type Container, systemRuntime } from '@daybook/ports';
import { BlobServiceClient } from '@azure/storage-blob';

// Whole processes, a dozen of them one after another: seconds, and minutes on a busy machine.
jest.setTimeout(400_000);

const runtime = systemRuntime();
const root = findRoot(process.cwd());
const dayMs = 86_400_000;
const [sku, fewer] = ['85123A', '22423'];
const streamId = `stock-${sku}`;
/** One every 12 hours, the last one 42 hours ago. */
const receipts = 130;
/** All but the first event and those of the last 20 days. */
const deleted = 92;

/** Programs and services as they are, on a system of their own whose stock was received in the past. */
describe('Growth: npm run archive', () => {
  let dataFolder: string;
  let system: System;
  let client: ReturnType<typeof cosmosClient>;
  let events: Container<StoredEvent>;

  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'daybook-archive-'));
    system = await startSystem({ dataFolder, command: 'the specs of npm run archive' });
    trustStores(system);
    client = cosmosClient({ endpoint: system.env['COSMOS_ENDPOINT'] ?? '', key: system.env['COSMOS_KEY'] ?? '' });
    const open = (name: string): Container => cosmosContainer(client.database(databaseName).container(name));
    events = open(eventsContainer.inventory) as unknown as Container<StoredEvent>;
    await receiveInThePast(open(eventsContainer.inventory), open(snapshotsContainer('inventory')));
  });
  afterAll(async () => {
    client?.dispose();
    await system?.stop();
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('moves what is old, covered and passed by every feed; the service goes on; a restore puts it back', async () => {
    await feedsHavePassed();
    // A snapshot covers 100; of those, what is older than the window may go.
    const limits = ['--older-than', '14d', '--dedup-window', '20d'];
    const dry = await archive('--service', 'inventory', ...limits, '--dry-run');
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.out).toMatch(new RegExp(`^${streamId}: would be archived up to 100$`, 'm'));
    expect(await hotVersions()).toHaveLength(receipts);

    const real = await archive('--service', 'inventory', ...limits);
    expect(real.err).toBe('');
    expect(real.out).toMatch(new RegExp(`^${streamId}: archived up to 100, ${deleted} deleted$`, 'm'));
    expect(real.out).toMatch(new RegExp(`^inventory: 1 streams with old events, ${deleted} events deleted$`, 'm'));
    const left = await hotVersions();
    expect([left[0], left[1], left.at(-1), left.length]).toEqual([1, deleted + 2, receipts, receipts - deleted]);
    expect((await archive('--service', 'inventory', ...limits)).out).toContain('0 events deleted');

    await stillAnswered();
    expect(await verify()).toMatchObject({ code: 0 });

    expect((await archive('--service', 'inventory', '--restore', streamId)).out).toContain(
      `${deleted} events restored`,
    );
    expect(await hotVersions()).toHaveLength(receipts + 1);
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it('says what is wrong with its options, and changes nothing', async () => {
    const before = await hotVersions();
    for (const [said, ...options] of [
      ['--older-than must be at least 1d', '--service', 'inventory', '--older-than', '0d'],
      ['--dedup-window must be at least 7d', '--service', 'inventory', '--older-than', '1d', '--dedup-window', '6d'],
      ['--service must be one of', '--service', 'sales'],
      ['90d', '--service', 'inventory', '--older-than', '90'],
    ] as const) {
      const ran = await archive(...options);
      expect(ran.code).toBe(2);
      expect(ran.err).toContain(said);
    }
    expect(await hotVersions()).toEqual(before);
  });

  /** As the service would have. */
  async function receiveInThePast(container: Container, snapshots: Container): Promise<void> {
    let nowMs = runtime.now() - 1.25 * dayMs - (receipts * dayMs) / 2;
    const past = { ...runtime, now: () => nowMs };
    const stock = createAggregateStore({
      ...{ store: createEventStore({ container, runtime: past }), codec: eventCodec<StockEvent>(stockEvents) },
      ...{ decider: stockDecider, category: 'stock' },
      snapshots: { container: snapshots, every: snapshotIntervals.busy, stateVersion: 1 },
    });
    for (let receipt = 1; receipt <= receipts; receipt += 1) {
      for (const code of receipt % 5 === 0 ? [sku, fewer] : [sku]) {
        await stock.execute({
          ...{ streamId: `stock-${code}`, command: { type: 'ReceiveStock', data: { sku: code, quantity: 2 } } },
          metadata: {
            ...{ commandKey: `receipt-${receipt}`, correlationId: `delivery-${receipt}`, causationId: 'lorry' },
            ...{ actor: 'service:test', traceparent: `00-${'1'.padStart(32, '0')}-${'1'.padStart(16, '0')}-01` },
          },
        });
      }
      nowMs += dayMs / 2;
    }
    await stock.settled();
  }

  async function feedsHavePassed(): Promise<void> {
    const deadlineMs = runtime.now() + 120_000;
    for (;;) {
      const ran = await archive('--service', 'inventory', '--older-than', '14d', '--dry-run');
      if (ran.code === 0 && ran.out.includes(streamId) && !ran.out.includes('nothing may be deleted')) return;
      if (runtime.now() > deadlineMs) throw new Error(`feeds have not passed: ${ran.out}\n${ran.err}`);
      await runtime.sleep(500);
    }
  }

  async function stillAnswered(): Promise<void> {
    expect(await get(`/v1/stock/${sku}?asOf=40`)).toMatchObject({ onHand: 80, version: 40 });
    const received = await fetchAs(system.urls, { role: 'operator' })(
      `${system.urls.inventory}/v1/stock/${sku}/receive`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ quantity: 5 }),
      },
    );
    expect(await received.json()).toMatchObject({ onHand: 2 * receipts + 5, version: receipts + 1 });
    const pages = (await get(`/v1/stock/${sku}/events?limit=100`)) as { items: { version: number }[] };
    expect(pages.items.map(({ version }) => version)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    const delivery = (await get('/v1/events?correlationId=delivery-20')) as { items: { version: number }[] };
    expect(delivery.items).toMatchObject([{ version: 4 }, { version: 20 }]);
    expect(await segments()).toBe(1);
  }

  async function get(path: string): Promise<unknown> {
    const answer = await fetchAs(system.urls, { role: 'operator' })(`${system.urls.inventory}${path}`, {
      headers: { 'x-reason': 'a look' },
    });
    return answer.json();
  }

  async function hotVersions(): Promise<readonly number[]> {
    const orderBy = [{ field: 'version', direction: 'asc' }] as const;
    const { documents } = await events.query({ partitionKey: streamId, orderBy, limit: 1_000 });
    return documents.map(({ version }) => version);
  }

  async function segments(): Promise<number> {
    const service = BlobServiceClient.fromConnectionString(system.env['BLOB_CONNECTION_STRING'] ?? '');
    let count = 0;
    for await (const name of azureBlobStore(service.getContainerClient(archiveContainer)).list('stock/')) {
      if (!name.startsWith('stock/fields/')) count += 1;
    }
    return count;
  }

  // Each as the identity that it has on Azure.
  const archive = (...options: readonly string[]) =>
    run('tools/archive/src/main.ts', options, options.includes('--restore') ? 'inventory' : 'archiver');
  const verify = () => run('tools/verify/src/main.ts', [], 'operator');

  function run(
    program: string,
    options: readonly string[],
    identity: DataIdentity,
  ): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const environment = { ...process.env, ...envOf(system.settings, identity) };
    return new Promise((resolve) => {
      const settings = { cwd: root, env: environment, timeout: 120_000 };
      execFile(process.execPath, [program, ...options], settings, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err }),
      );
    });
  }
});
