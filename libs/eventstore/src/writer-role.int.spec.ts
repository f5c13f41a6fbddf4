import { type CosmosConnection, cosmosClient, cosmosContainer } from '@daybook/azure';
import {
  containers,
  databaseName,
  dataRoleAssignments,
  dataRoleDefinitions,
  eventsContainer,
} from '@daybook/contracts';
import { type CosmosEmulator, EMULATOR_KEY, createCosmosEmulator, devTokenCredential } from '@daybook/cosmos-emulator';
import type { Container } from '@daybook/ports';
import { createAggregateStore } from './aggregate-store.ts';
import { createEventStore, type EventStore } from './event-store.ts';
import { allOf, counter, counterCodec, instantRuntime, metadata } from './test-support/fixtures.ts';
import { verifyStream } from './verify-stream.ts';

const name = eventsContainer.order;
const streamId = 'counter-1';

describe('Immutability: the store with the rights of a service on its events, and no more', () => {
  let emulator: CosmosEmulator;
  let container: Container;
  const clients: ReturnType<typeof cosmosClient>[] = [];

  const connect = (who: Pick<CosmosConnection, 'key' | 'credential'>): ReturnType<typeof cosmosClient> => {
    const client = cosmosClient({ endpoint: 'https://embedded.invalid', httpClient: emulator.httpClient, ...who });
    clients.push(client);
    return client;
  };
  let instances = 0;
  /** Each with random numbers of its own, as instances of a service have. */
  const openStore = (): EventStore => {
    instances += 1;
    return createEventStore({ container, runtime: instantRuntime(instances) });
  };
  const openCounters = (store = openStore()) =>
    createAggregateStore({ store, codec: counterCodec, decider: counter, category: 'counter' });
  const count = (counters: ReturnType<typeof openCounters>, commandKey: string, by = 1) =>
    counters.execute({ streamId, command: { by }, metadata: metadata(commandKey) });

  beforeEach(async () => {
    const roleAssignments = dataRoleAssignments({ order: 'order-identity' });
    emulator = createCosmosEmulator({
      storage: ':memory:',
      roles: { roleDefinitions: dataRoleDefinitions, roleAssignments },
    });
    // As the deployment makes it; the service's own identity could not.
    const { partitionKey = '', uniqueKeys = [], indexed = [] } = containers.find((each) => each.name === name) ?? {};
    const { database } = await connect({ key: EMULATOR_KEY }).databases.create({ id: databaseName });
    await database.containers.create({
      id: name,
      partitionKey: { paths: [partitionKey] },
      uniqueKeyPolicy: { uniqueKeys: uniqueKeys.map((path) => ({ paths: [path] })) },
      indexingPolicy: {
        includedPaths: indexed.map((path) => ({ path: `${path}/?` })),
        excludedPaths: [{ path: '/*' }],
      },
    });
    const credential = devTokenCredential({ oid: 'order-identity' });
    container = cosmosContainer(connect({ credential }).database(databaseName).container(name));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.dispose();
    await emulator.close();
  });

  it('appends, settles lost races and repeated commands, loads and reads', async () => {
    const [one, other] = [openCounters(), openCounters()];
    expect(await count(one, 'a')).toMatchObject({ kind: 'appended', version: 1 });
    expect(await count(other, 'b')).toMatchObject({ kind: 'appended', version: 2 });
    expect(await count(one, 'c')).toMatchObject({ kind: 'appended', version: 3 });
    expect(await count(openCounters(), 'a')).toMatchObject({ kind: 'duplicate' });
    expect(await count(one, 'd', 5_000)).toMatchObject({ kind: 'refused', version: 3 });
    expect(await openCounters().load(streamId)).toMatchObject({ state: 3, version: 3 });
    const store = openStore();
    expect(verifyStream(await allOf(store.readAll(streamId)))).toMatchObject({ ok: true, version: 3 });
    expect(await store.findByCommandKey(streamId, 'b')).toHaveLength(1);
  });

  it('reads its change feed', async () => {
    await count(openCounters(), 'a');
    const ranges = await container.feedRanges();
    const pages = await Promise.all(ranges.map((range) => container.feedPage({ range, limit: 10 })));
    expect(pages.flatMap(({ documents }) => documents)).toMatchObject([{ streamId, id: '1' }]);
  });

  it('appends once when answers are lost, requests throttled and connections broken', async () => {
    const lost = { fault: { kind: 'executed-but-lost' }, chance: 0.2 } as const;
    const answered = [429, 449, 503].map(
      (status) => ({ fault: { kind: 'status', status, retryAfterMs: 1 }, chance: 0.1 }) as const,
    );
    emulator.faults.plan({ seed: 3, rules: [lost, ...answered, { fault: { kind: 'reset-before' }, chance: 0.1 }] });
    const counters = openCounters();
    for (let command = 1; command <= 20; command += 1) await count(counters, `k${command}`);
    const statuses = ['status-429', 'status-449', 'status-503'];
    expect(Object.keys(emulator.faults.injected()).sort()).toEqual(['executed-but-lost', 'reset-before', ...statuses]);
    emulator.faults.clear();
    expect(await openCounters().load(streamId)).toMatchObject({ state: 20, version: 20 });
  });

  it('needs one request and at most 8 RU by the emulator’s model for a warm command of one event', async () => {
    const counters = openCounters();
    await count(counters, 'a');
    await count(counters, 'b');
    emulator.recorder.reset();
    await count(counters, 'c');
    const requests = emulator.recorder.entries();
    expect(requests.map(({ operation, status }) => [operation, status])).toEqual([['batch', 200]]);
    expect(requests[0]?.requestCharge).toBeLessThanOrEqual(8);
  });
});
