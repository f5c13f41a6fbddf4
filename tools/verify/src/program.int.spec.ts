import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { databaseName, eventsContainer, stockEvents } from '@daybook/contracts';
import { createAggregateStore, createEventStore, eventCodec, type StoredEvent } from '@daybook/eventstore';
import { stockDecider, type StockEvent } from '@daybook/inventory-domain';
import { findRoot, startSystem, type System } from '@daybook/local';
import { type Container, systemRuntime } from '@daybook/ports';

jest.setTimeout(180_000);

const runtime = systemRuntime();
const root = findRoot(process.cwd());
const streamId = 'stock-85123A';
const receipts = 5;

interface Ran {
  readonly code: number;
  readonly out: string;
}

/** The program as it is, beside the emulators and without services: nobody publishes what is stored. */
describe('npm run verify', () => {
  let dataFolder: string;
  let system: System;
  let client: ReturnType<typeof cosmosClient>;
  let events: Container<StoredEvent>;

  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'daybook-verify-'));
    system = await startSystem({ dataFolder, services: false, command: 'the specs of npm run verify' });
    client = cosmosClient({ endpoint: system.env['COSMOS_ENDPOINT'] ?? '', key: system.env['COSMOS_KEY'] ?? '' });
    events = cosmosContainer<StoredEvent>(client.database(databaseName).container(eventsContainer.inventory));
    await receive();
  });
  afterAll(async () => {
    client?.dispose();
    await system?.stop();
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** An hour ago: what is young is not judged. */
  async function receive(): Promise<void> {
    const past = { ...runtime, now: () => runtime.now() - 3_600_000 };
    const stock = createAggregateStore({
      store: createEventStore({ container: events as unknown as Container, runtime: past }),
      ...{ codec: eventCodec<StockEvent>(stockEvents), decider: stockDecider, category: 'stock' },
    });
    for (let n = 1; n <= receipts; n += 1) {
      const metadata = { commandKey: `http:r${n}`, correlationId: `r${n}`, causationId: `r${n}`, actor: 'operator:o1' };
      await stock.execute({
        streamId,
        command: { type: 'ReceiveStock', data: { sku: '85123A', quantity: n } },
        metadata: { ...metadata, traceparent: '' },
      });
    }
  }

  const verify = (...options: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const program = [join(root, 'tools/local/run.mjs'), 'tools/verify/src/main.ts', ...options];
      const env = { ...process.env, ...system.env };
      execFile(process.execPath, program, { cwd: root, env, timeout: 90_000 }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: `${out}\n${err}` }),
      );
    });

  it('finds what was never published, publishes it when asked, and finds what the store has lost since', async () => {
    const before = await verify();
    expect(before.out).toContain(`${streamId}: what is stored was published: version 1 is not in inventory-events`);
    expect(before.code).toBe(1);

    const republished = await verify('--republish');
    expect(republished.out).toContain(`Published: ${receipts} messages`);
    const after = await verify('--settled');
    expect(after.out).toContain('All is well.');
    expect(after.code).toBe(0);

    await events.batch(streamId, [{ kind: 'delete', id: String(receipts) }]);
    const cut = await verify('--settled');
    expect(cut.out).toContain(`${streamId}: what was published is stored: StockReceived version ${receipts}`);
    expect(cut.code).toBe(1);
  });
});
