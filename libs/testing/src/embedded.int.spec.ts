import { eventHubsProducer } from '@daybook/azure';
import { systemRuntime } from '@daybook/ports';
import { embeddedCosmos } from './embedded-cosmos.ts';
import { embeddedEventHubs } from './embedded-event-hubs.ts';

describe('embedded emulators', () => {
  it('gives containers of the real SDK', async () => {
    const { containers, close } = await embeddedCosmos({
      containers: { events: { partitionKey: '/streamId', uniqueKeys: ['/dedup'] }, leases: { partitionKey: '/id' } },
    });
    try {
      const event = (id: string) => ({ kind: 'create', document: { id, streamId: 's', dedup: 'once' } }) as const;
      expect(await containers.events.batch('s', [event('1')])).toMatchObject({ applied: true });
      expect(await containers.events.batch('s', [event('2')])).toMatchObject({ applied: false, status: 409 });
      const lease = { kind: 'create', document: { id: 'l' } } as const;
      expect(await containers.leases.batch('l', [lease])).toMatchObject({ applied: true });
    } finally {
      await close();
    }
  });

  it('gives containers to identities with roles, and shows what requests cost', async () => {
    const writer = ['readMetadata', 'sqlDatabases/containers/items/create', 'sqlDatabases/containers/items/read'].map(
      (action) => `Microsoft.DocumentDB/databaseAccounts/${action}`,
    );
    const scope = '/dbs/embedded/colls/events';
    const { as, recorder, close } = await embeddedCosmos({
      containers: {
        events: { partitionKey: '/streamId', indexed: ['/version'] },
        others: { partitionKey: '/streamId' },
      },
      roles: {
        roleDefinitions: [
          { id: 'w', roleName: 'writer', permissions: [{ dataActions: writer }], assignableScopes: [scope] },
        ],
        roleAssignments: [{ roleDefinitionId: 'w', principalId: 'me', scope }],
      },
    });
    try {
      const document = { id: '1', streamId: 's', version: 1 };
      const { events, others } = as('me');
      expect(await events.batch('s', [{ kind: 'create', document }])).toMatchObject({ applied: true });
      await expect(events.batch('s', [{ kind: 'replace', document }])).rejects.toMatchObject({ code: 'forbidden' });
      await expect(others.batch('s', [{ kind: 'create', document }])).rejects.toMatchObject({ code: 'forbidden' });
      const batches = recorder.entries().filter(({ operation }) => operation === 'batch');
      expect(batches.map(({ status, requestCharge }) => [status, requestCharge])).toEqual([
        [200, 5.3],
        [403, 1.24],
        [403, 1.24],
      ]);
    } finally {
      await close();
    }
  });

  it('gives containers that can be read in an order of several paths', async () => {
    const compositeIndexes = [
      [
        { path: '/at', order: 'descending' },
        { path: '/id', order: 'descending' },
      ],
    ] as const;
    const { containers, close } = await embeddedCosmos({
      containers: { search: { partitionKey: '/id', compositeIndexes }, plain: { partitionKey: '/id' } },
    });
    try {
      for (const [id, at] of [
        ['a', 1],
        ['b', 2],
        ['c', 1],
      ] as const) {
        await containers.search.batch(id, [{ kind: 'create', document: { id, at } }]);
      }
      const orderBy = [
        { field: 'at', direction: 'asc' },
        { field: 'id', direction: 'asc' },
      ] as const;
      const { documents } = await containers.search.query({ orderBy, limit: 10 });
      expect(documents.map(({ id }) => id)).toEqual(['a', 'c', 'b']);
      await expect(containers.plain.query({ orderBy, limit: 10 })).rejects.toMatchObject({ code: 'bad-request' });
    } finally {
      await close();
    }
  });

  it('splits feed ranges', async () => {
    const { containers, splitRange, close } = await embeddedCosmos({
      containers: { events: { partitionKey: '/streamId' } },
      feedRanges: 1,
    });
    try {
      expect(await splitRange('events')).toEqual({ parent: '0', children: ['1', '2'], cut: '20' });
      expect((await containers.events.feedRanges()).map(({ id }) => id)).toEqual(['0-20', '20-FF']);
    } finally {
      await close();
    }
  });

  it('gives hubs', async () => {
    const hubs = [{ name: 'orders', partitions: 3 }];
    const { connectionString, faults, lag, close } = await embeddedEventHubs({ hubs });
    const producer = eventHubsProducer({ connectionString, hub: 'orders', runtime: systemRuntime() });
    try {
      const fault = { kind: 'server-busy' } as const;
      faults.plan({ seed: 1, rules: [{ fault, chance: 1, timesMax: 1, match: { operations: ['request'] } }] });
      expect(await producer.partitionIds()).toEqual(['0', '1', '2']);
      expect(faults.injected()).toEqual({ 'server-busy': 1 });
      expect(lag()).toMatchObject([{ hub: 'orders', partitions: [{ lastSequenceNumber: -1 }, {}, {}] }]);
    } finally {
      await producer.close();
      await close();
    }
  });
});
