import type { StoredEvent } from '@daybook/eventstore';
import { HubError } from '@daybook/ports';
import { createRelay } from '../relay.ts';
import { publishBehaviour } from '../test-support/publish-behaviour.ts';
import { createPublishWorld, type OpenPublisher, route } from '../test-support/publish-world.ts';
import { createHybridPublisher } from './hybrid.ts';
import { createOutbox, type Outbox, outboxFeed } from './outbox.ts';
import type { OutboxEntry } from './outbox-entry.ts';

const byVersion = {
  keyOf: ({ streamId }: StoredEvent) => streamId,
  orderOf: ({ version }: StoredEvent) => version,
};

const feed: OpenPublisher = ({ producers, events, follow }) =>
  follow('relay', events, byVersion, { handlePage: createRelay({ route, producers }).handlePage });

const hybrid: OpenPublisher = ({ producers, events, follow }) => {
  const publisher = createHybridPublisher({ route, producers });
  const processor = follow('relay', events, byVersion, { handlePage: publisher.handlePage });
  return { appended: publisher.appended, nudge: () => processor.nudge() };
};

/** @param refuse throws for what no hub takes */
const outboxWith =
  (
    onOpen: (outbox: Outbox) => void = () => undefined,
    refuse: (event: StoredEvent) => void = () => undefined,
  ): OpenPublisher =>
  ({ producers, readEvent, runtime, events, outbox: container, follow }) => {
    const relay = createRelay({
      route: (event) => {
        refuse(event);
        return route(event);
      },
      producers,
    });
    const outbox = createOutbox({ container, relay, readEvent, runtime });
    onOpen(outbox);
    const deriving = follow('outbox', events, byVersion, { handlePage: outbox.derive });
    follow('outbox-publisher', container as never, outboxFeed, {
      handleKey: (entries, context) => outbox.publish(entries as readonly OutboxEntry[], context),
    });
    return { nudge: () => deriving.nudge() };
  };

publishBehaviour('the change feed', feed, { ordered: true });
publishBehaviour('the outbox', outboxWith(), { ordered: true });
publishBehaviour('both ways at once', hybrid, { ordered: false });

describe('publishing right after the append', () => {
  it('does not wait for the feed, and the feed does not send it again', async () => {
    const world = createPublishWorld(({ producers, events, follow }) => {
      const publisher = createHybridPublisher({ route, producers });
      follow('relay', events, byVersion, { handlePage: publisher.handlePage });
      return { appended: publisher.appended, nudge: () => undefined };
    });
    const process = world.begin();
    await world.runtime.advance(2_000);
    await world.append('order-a', 2, process);
    await world.runtime.advance(25);
    expect([...(world.stored('order-events')['order-a'] ?? [])].sort()).toEqual(['order-a/1', 'order-a/2']);
    expect(world.stored('inventory-commands')).toEqual({});
    expect(world.stored('saga-inputs')).toEqual({});
    await world.runtime.advance(5_000);
    expect(world.stored('order-events')['order-a']).toHaveLength(2);
    expect(world.stored('inventory-commands')['order-a']).toEqual(['order-a/1', 'order-a/2']);
  });

  it('leaves to the feed what is more than it may have under way', async () => {
    const world = createPublishWorld(({ producers, events, follow }) => {
      const publisher = createHybridPublisher({ route, producers, inHandMax: 1 });
      const processor = follow('relay', events, byVersion, { handlePage: publisher.handlePage });
      return { appended: publisher.appended, nudge: () => processor.nudge() };
    });
    const process = world.begin();
    for (const stream of ['order-a', 'order-b', 'order-c']) await world.append(stream, 1, process);
    expect(await world.untilComplete()).toBe(true);
    await world.runtime.advance(5_000);
    expect(Object.values(world.stored('order-events')).flat()).toHaveLength(3);
  });
});

describe('the outbox', () => {
  const createWorld = (refuse?: (event: StoredEvent) => void) => {
    let outbox: Outbox | undefined;
    const world = createPublishWorld(outboxWith((opened) => (outbox = opened), refuse));
    const process = world.begin();
    const statuses = async () => {
      const found = await Promise.all(
        (['PENDING', 'PUBLISHED', 'FAILED'] as const).map(async (status) => (await outbox?.list(status)) ?? []),
      );
      return Object.fromEntries(found.flat().map(({ eventId, status }) => [eventId, status]));
    };
    return { world, process, outbox: outbox as unknown as Outbox, statuses };
  };

  it('shows what is pending and what is published; what it holds names events and has none of their data', async () => {
    const { world, process, outbox, statuses } = createWorld(() => {
      throw new HubError('unavailable', 'order-events', 'away');
    });
    await world.append('order-a', 2, process);
    await world.runtime.advance(60_000);
    expect(await statuses()).toEqual({ 'order-a/1': 'PENDING', 'order-a/2': 'PENDING' });
    expect(await outbox.list('PENDING', { streamId: 'order-a' })).toMatchObject([{ version: 1 }, { version: 2 }]);
    expect(Object.keys((await outbox.list('PENDING'))[0] ?? {})).not.toContain('data');
  });

  it('an event that no hub takes has failed, its stream waits behind it, and goes on in order after a retry', async () => {
    let broken = true;
    const { world, process, outbox, statuses } = createWorld(({ eventId }) => {
      if (broken && eventId === 'order-a/2') throw new HubError('too-large', 'order-events', 'larger than 1 MB');
    });
    await world.append('order-a', 3, process);
    await world.append('order-b', 1, process);
    await world.runtime.advance(60_000);
    await world.append('order-a', 1, process);
    await world.runtime.advance(10_000);
    expect(await statuses()).toEqual({
      ...{ 'order-a/1': 'PUBLISHED', 'order-a/2': 'FAILED', 'order-a/3': 'PENDING', 'order-a/4': 'PENDING' },
      'order-b/1': 'PUBLISHED',
    });
    expect((await outbox.list('FAILED'))[0]?.error).toContain('larger than 1 MB');

    broken = false;
    expect(await outbox.retry('order-b')).toBe(0);
    expect(await outbox.retry()).toBe(1);
    expect(await world.untilComplete()).toBe(true);
    expect(firstsOf(world.stored('order-events')['order-a'])).toEqual([1, 2, 3, 4].map((n) => `order-a/${n}`));
    await world.runtime.advance(5_000);
    expect(new Set(Object.values(await statuses()))).toEqual(new Set(['PUBLISHED']));
  });

  it('is cleared of what was published long ago, and of nothing else', async () => {
    const { world, process, outbox, statuses } = createWorld();
    await world.append('order-a', 2, process);
    await world.runtime.advance(60_000);
    const before = new Date(world.runtime.now()).toISOString();
    await world.append('order-a', 1, process);
    await world.runtime.advance(60_000);
    expect(await outbox.prune(before)).toBe(2);
    expect(await statuses()).toEqual({ 'order-a/3': 'PUBLISHED' });
  });
});

const firstsOf = (ids: readonly string[] = []): readonly string[] => [...new Set(ids)];
