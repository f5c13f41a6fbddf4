import type { HubConsumer, HubMessage, HubProducer, HubSubscription, ReceivedMessage } from './hub.ts';

/** A fresh hub with two partitions, `0` and `1`, and a consumer group that nobody has used. */
export interface HubUnderTest {
  producer(): HubProducer;
  consumer(owner: string): HubConsumer;
  /** Resolves when `done()` holds; rejects when it does not within a bounded time. */
  eventually(done: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** What every hub promises, as jest specs. `create` is called once per spec. */
export function hubBehaviour(name: string, create: () => Promise<HubUnderTest>): void {
  describe(`${name} as a hub`, () => {
    let hub: HubUnderTest;
    let producer: HubProducer;
    let open: HubSubscription[];

    beforeEach(async () => {
      hub = await create();
      producer = hub.producer();
      open = [];
    });
    afterEach(async () => {
      for (const subscription of open) await subscription.close();
      await producer.close();
      await hub.close();
    });

    const subscribe = async (
      owner: string,
      onMessages: (messages: readonly ReceivedMessage[]) => Promise<void>,
      errors: unknown[] = [],
    ): Promise<HubSubscription> => {
      const handler = { onMessages, onError: (error: unknown): unknown => errors.push(error) };
      const subscription = await hub.consumer(owner).subscribe(handler);
      open.push(subscription);
      return subscription;
    };
    const collect = async (owner: string, into: ReceivedMessage[]): Promise<HubSubscription> =>
      subscribe(owner, async (messages) => void into.push(...messages));

    it('gives messages of a partition in order, whole, from the beginning', async () => {
      await producer.send('1', [message('a', { n: 1 }), message('b', { n: 2 })]);
      await producer.send('1', [message('c', { n: 3 })]);
      const received: ReceivedMessage[] = [];
      await collect('one', received);
      await hub.eventually(() => received.length === 3);
      expect(received).toMatchObject([
        { messageId: 'a', key: 'k', partitionId: '1', body: { n: 1 } },
        { messageId: 'b', body: { n: 2 } },
        { messageId: 'c', body: { n: 3 } },
      ]);
      const numbers = received.map(({ sequenceNumber }) => sequenceNumber);
      expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
    });

    it('says how far a consumer is behind in each of its partitions', async () => {
      await producer.send('1', [message('a'), message('b'), message('c')]);
      const hold = Promise.withResolvers<void>();
      const subscription = await subscribe('one', () => hold.promise);
      const behind = (id: string): number | undefined =>
        subscription.lag().find(({ partitionId }) => partitionId === id)?.behind;
      await hub.eventually(() => behind('1') === 3 && behind('0') === 0);
      hold.resolve();
      await hub.eventually(() => behind('1') === 0);
    });

    it('names its partitions, and refuses one that it does not have', async () => {
      expect(await producer.partitionIds()).toEqual(['0', '1']);
      await expect(producer.send('99', [message('a')])).rejects.toMatchObject({ code: 'not-found' });
    });

    it('refuses a message that is too large, and goes on', async () => {
      const large = message('large', { text: 'x'.repeat(1_100_000) });
      await expect(producer.send('0', [large])).rejects.toMatchObject({ code: 'too-large' });
      await producer.send('0', [message('small')]);
    });

    it('takes a message id of 256 characters, and refuses a longer one', async () => {
      const longest = 'i'.repeat(256);
      await expect(producer.send('0', [message(`${longest}i`)])).rejects.toMatchObject({ code: 'too-large' });
      await producer.send('0', [message(longest)]);
      const received: ReceivedMessage[] = [];
      await collect('one', received);
      await hub.eventually(() => received.length === 1);
      expect(received).toMatchObject([{ messageId: longest }]);
    });

    it('sends more than one batch can hold, in order', async () => {
      const text = 'x'.repeat(300_000);
      await producer.send(
        '0',
        Array.from({ length: 8 }, (_, index) => message(`m${index}`, { text })),
      );
      const received: ReceivedMessage[] = [];
      await collect('one', received);
      await hub.eventually(() => received.length === 8);
      expect(received.map(({ messageId }) => messageId)).toEqual(Array.from({ length: 8 }, (_, index) => `m${index}`));
    });

    it('handles one call per partition at a time', async () => {
      let running = 0;
      let most = 0;
      let count = 0;
      await subscribe('one', async (messages) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        count += messages.length;
      });
      for (let index = 0; index < 10; index += 1) await producer.send('0', [message(`m${index}`)]);
      await hub.eventually(() => count === 10);
      expect(most).toBe(1);
    });

    it('gives the same messages again after an error, before any that follow, and tells the error', async () => {
      const errors: unknown[] = [];
      const seen: string[] = [];
      let failures = 2;
      await producer.send('0', [message('a')]);
      await subscribe(
        'one',
        async (messages) => {
          seen.push(...messages.map(({ messageId }) => messageId));
          if (failures > 0) {
            failures -= 1;
            await producer.send('0', [message(`later-${failures}`)]);
            throw new Error('not now');
          }
        },
        errors,
      );
      await hub.eventually(() => seen.includes('later-0'));
      expect(seen).toEqual(['a', 'a', 'a', 'later-1', 'later-0']);
      expect(errors).toHaveLength(2);
    });

    it('goes on from the checkpoint when subscribed again', async () => {
      const first: ReceivedMessage[] = [];
      await producer.send('0', [message('a'), message('b')]);
      const subscription = await collect('one', first);
      await hub.eventually(() => first.length === 2);
      await subscription.close();
      await producer.send('0', [message('c')]);
      const second: ReceivedMessage[] = [];
      await collect('one', second);
      await hub.eventually(() => second.length > 0);
      expect(second.map(({ messageId }) => messageId)).toEqual(['c']);
    });

    it('finishes what is in hand before it is closed, and does not give it again', async () => {
      const finish = Promise.withResolvers<void>();
      let begun = false;
      await producer.send('0', [message('a')]);
      const subscription = await subscribe('one', async () => {
        begun = true;
        await finish.promise;
      });
      await hub.eventually(() => begun);
      const closed = subscription.close();
      finish.resolve();
      await closed;
      await producer.send('0', [message('b')]);
      const received: ReceivedMessage[] = [];
      await collect('two', received);
      await hub.eventually(() => received.length > 0);
      expect(received.map(({ messageId }) => messageId)).toEqual(['b']);
    });

    it('shares the partitions among the instances of a group, and takes over those of a closed one', async () => {
      const received: ReceivedMessage[] = [];
      const one = await collect('one', received);
      await hub.eventually(() => one.partitions().length === 2);
      const two = await collect('two', received);
      await hub.eventually(() => one.partitions().length === 1 && two.partitions().length === 1);
      expect([...one.partitions(), ...two.partitions()].sort()).toEqual(['0', '1']);
      await one.close();
      await hub.eventually(() => two.partitions().length === 2);
      await producer.send('0', [message('a')]);
      await producer.send('1', [message('b')]);
      await hub.eventually(() => received.length >= 2);
      expect(received.map(({ messageId }) => messageId).sort()).toEqual(['a', 'b']);
    });
  });
}

function message(messageId: string, body: unknown = {}): HubMessage {
  return { messageId, key: 'k', body };
}
