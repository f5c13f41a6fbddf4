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

  it('gives hubs', async () => {
    const { connectionString, close } = await embeddedEventHubs({ hubs: [{ name: 'orders', partitions: 3 }] });
    const producer = eventHubsProducer({ connectionString, hub: 'orders', runtime: systemRuntime() });
    try {
      expect(await producer.partitionIds()).toEqual(['0', '1', '2']);
    } finally {
      await producer.close();
      await close();
    }
  });
});
