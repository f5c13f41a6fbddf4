import { createFeedProcessor } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import { type Container, systemRuntime } from '@daybook/ports';
import { embeddedCosmos } from '@daybook/testing';
import { eventFeed, projectionHandler } from './projection-handler.ts';
import { createCounter, events } from './test-support/counter.ts';

const runtime = systemRuntime();

describe.each([1, 4])('a read model on the emulator with %i feed ranges, through the SDK', (feedRanges) => {
  it('follows the events and is listed page by page', async () => {
    const { containers, close } = await embeddedCosmos({
      feedRanges,
      containers: {
        events: { partitionKey: '/streamId' },
        leases: { partitionKey: '/id' },
        readModels: { partitionKey: '/id' },
      },
    });
    const { projection } = createCounter(containers.readModels);
    const feed = createFeedProcessor<StoredEvent>({
      name: 'seen',
      instance: runtime.newId(),
      source: containers.events as unknown as Container<StoredEvent>,
      leases: containers.leases,
      runtime,
      ...eventFeed,
      handleKey: projectionHandler([projection]),
      limits: { pollIdleMs: 50 },
    });
    const streamIds = Array.from({ length: 12 }, (_, index) => `thing-${index + 10}`);
    try {
      await feed.start();
      for (const [from, to] of [
        [1, 3],
        [4, 5],
      ] as const) {
        for (const streamId of streamIds) {
          const operations = events(streamId, from, to).map((document) => ({ kind: 'create' as const, document }));
          await containers.events.batch(streamId, operations.reverse());
        }
        feed.nudge();
      }
      const deadlineMs = runtime.now() + 10_000;
      for (const streamId of streamIds) {
        while ((await projection.get(streamId))?.streamVersion !== 5 && runtime.now() < deadlineMs) {
          await runtime.sleep(10);
        }
        expect(await projection.get(streamId)).toMatchObject({ streamId, versions: [1, 2, 3, 4, 5] });
      }
      const listed: string[] = [];
      let after: string | undefined;
      do {
        const page = await projection.list({
          orderBy: { field: 'streamId', direction: 'desc' },
          limit: 5,
          ...(after === undefined ? {} : { after }),
        });
        if ('refused' in page) throw new Error(page.message);
        listed.push(...page.items.map(({ streamId }) => streamId));
        after = page.next;
      } while (after !== undefined);
      expect(listed).toEqual([...streamIds].reverse());
    } finally {
      await feed.stop();
      await close();
    }
  });
});
