import type { Started } from './test-support.ts';
import { numbered, receive, startEmulator } from './test-support.ts';

describe('sending and receiving through the Event Hubs SDK', () => {
  let started: Started;
  beforeAll(async () => {
    started = await startEmulator();
  });
  afterAll(() => started.stop());

  it('describes hub and partitions', async () => {
    const producer = started.producer();
    const hub = await producer.getEventHubProperties();
    expect(hub).toMatchObject({ name: 'orders', partitionIds: ['0', '1', '2', '3'] });
    expect(hub.createdOn.getTime()).toBeGreaterThan(0);
    const empty = await producer.getPartitionProperties('3');
    expect(empty).toMatchObject({ partitionId: '3', isEmpty: true, lastEnqueuedSequenceNumber: -1 });
  });

  it('delivers a batch in order with all that the producer set', async () => {
    const producer = started.producer();
    await producer.sendBatch(
      [
        {
          body: { total: 12.5 },
          messageId: 'm-1',
          correlationId: 'c-1',
          contentType: 'application/json',
          properties: { type: 'OrderPlaced', attempt: 1, urgent: true },
        },
        { body: 'text' },
        { body: Buffer.from([1, 2, 3]) },
      ],
      { partitionId: '1' },
    );
    const [first, second, third] = await receive(started.consumer(), '1', 3);
    expect(first).toMatchObject({
      body: { total: 12.5 },
      messageId: 'm-1',
      correlationId: 'c-1',
      contentType: 'application/json',
      properties: { type: 'OrderPlaced', attempt: 1, urgent: true },
      sequenceNumber: 0,
      offset: '0',
    });
    expect(first?.enqueuedTimeUtc.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(second).toMatchObject({ body: 'text', sequenceNumber: 1 });
    expect(Buffer.from(third?.body)).toEqual(Buffer.from([1, 2, 3]));
    expect(Number(second?.offset)).toBeGreaterThan(1);

    const properties = await producer.getPartitionProperties('1');
    expect(properties).toMatchObject({
      isEmpty: false,
      beginningSequenceNumber: 0,
      lastEnqueuedSequenceNumber: 2,
      lastEnqueuedOffset: third?.offset,
    });
  });

  it('pushes new events to a waiting receiver', async () => {
    const producer = started.producer();
    const waiting = receive(started.consumer(), '2', 2, undefined, { trackLastEnqueuedEventProperties: true });
    await producer.sendBatch(numbered(1), { partitionId: '2' });
    await producer.sendBatch(numbered(1, 1), { partitionId: '2' });
    const events = await waiting;
    expect(events.map((event) => event.body.number)).toEqual([0, 1]);
  });

  it('keeps events of one key in one partition and shows the key', async () => {
    const producer = started.producer();
    const before = await lastNumbers();
    await producer.sendBatch(numbered(3), { partitionKey: 'order-17' });
    await producer.sendBatch(numbered(2, 3), { partitionKey: 'order-17' });
    const after = await lastNumbers();
    const grown = after.map((last, index) => last - (before[index] ?? 0));
    expect([...grown].sort()).toEqual([0, 0, 0, 5]);
    const partitionId = String(grown.indexOf(5));
    const events = await receive(started.consumer(), partitionId, 5, {
      sequenceNumber: before[Number(partitionId)] ?? -1,
    });
    expect(events.map((event) => [event.body.number, event.partitionKey])).toEqual(
      [0, 1, 2, 3, 4].map((number) => [number, 'order-17']),
    );

    async function lastNumbers(): Promise<number[]> {
      const all = await Promise.all(['0', '1', '2', '3'].map((id) => producer.getPartitionProperties(id)));
      return all.map((partition) => partition.lastEnqueuedSequenceNumber);
    }
  });

  it('spreads events without a key and takes names in any case', async () => {
    const producer = started.producer('ORDERS');
    for (let number = 0; number < 4; number += 1) await producer.sendBatch(numbered(1, number));
    const partition = await producer.getPartitionProperties('3');
    expect(partition.isEmpty).toBe(false);
    const events = await receive(started.consumer('Orders', 'PROJECTIONS'), '3', 1);
    expect(events).toHaveLength(1);
  });

  it('delivers more events than a session holds unsettled', async () => {
    const producer = started.producer();
    const { lastEnqueuedSequenceNumber } = await producer.getPartitionProperties('0');
    for (let batch = 0; batch < 5; batch += 1) {
      await producer.sendBatch(numbered(1000, batch * 1000), { partitionId: '0' });
    }
    const events = await receive(started.consumer(), '0', 5000, { sequenceNumber: lastEnqueuedSequenceNumber });
    expect(events.map((event) => event.body.number)).toEqual(Array.from({ length: 5000 }, (_unused, index) => index));
  });
});
