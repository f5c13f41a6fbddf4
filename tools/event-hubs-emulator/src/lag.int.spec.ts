import type { ConsumerLag, PartitionLag } from './index.ts';
import type { Started } from './test-support.ts';
import { numbered, receive, startEmulator } from './test-support.ts';

describe('how far consumer groups are behind', () => {
  let started: Started;
  beforeEach(async () => {
    started = await startEmulator({ now: () => 1_700_000_000_000 });
  });
  afterEach(() => started.stop());

  const partition = (number: number): PartitionLag | undefined => started.emulator.lag()[0]?.partitions[number];
  const of = (number: number, group: string): ConsumerLag | undefined =>
    partition(number)?.consumers.find(({ consumerGroup }) => consumerGroup === group);
  const eventually = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resume) => setTimeout(resume, 5));
  };

  it('shows the ends of every partition', async () => {
    await started.producer().sendBatch(numbered(3), { partitionId: '1' });
    expect(started.emulator.lag().map(({ hub, partitions }) => [hub, partitions.length])).toEqual([['orders', 4]]);
    expect(partition(0)).toEqual({
      partition: '0',
      firstSequenceNumber: 0,
      lastSequenceNumber: -1,
      lastEnqueuedMs: undefined,
      consumers: [],
    });
    expect(partition(1)).toMatchObject({ lastSequenceNumber: 2, lastEnqueuedMs: 1_700_000_000_000 });
  });

  it('shows what was delivered and settled, while a receiver is there and after it has gone', async () => {
    const producer = started.producer();
    await producer.sendBatch(numbered(5), { partitionId: '0' });
    await receive(started.consumer('orders', 'projections'), '0', 5, { offset: '-1' }, { ownerLevel: 3 });
    await eventually(() => of(0, 'projections')?.attached === false);
    await producer.sendBatch(numbered(4, 5), { partitionId: '0' });
    expect(of(0, 'projections')).toMatchObject({
      attached: false,
      epoch: 3,
      deliveredSequenceNumber: 4,
      settledSequenceNumber: 4,
      undeliveredEvents: 4,
    });
    expect(of(0, '$Default')).toBeUndefined();
  });

  it('shows a receiver that is held up, and every group apart', async () => {
    const producer = started.producer();
    const fault = { kind: 'delay', ms: 60_000 } as const;
    const match = { operations: ['receive'], consumerGroups: ['projections'] } as const;
    started.emulator.faults.plan({ seed: 1, rules: [{ fault, chance: 1, match }] });
    await producer.sendBatch(numbered(6), { partitionId: '2' });
    const follow = (group: string) =>
      started
        .consumer('orders', group)
        .subscribe(
          '2',
          { processEvents: async () => undefined, processError: async () => undefined },
          { startPosition: { sequenceNumber: 1 } },
        );
    const subscriptions = ['projections', '$Default'].map(follow);
    await eventually(() => of(2, '$Default')?.settledSequenceNumber === 5);
    expect(of(2, '$Default')).toMatchObject({ attached: true, undeliveredEvents: 0 });
    expect(of(2, 'projections')).toMatchObject({
      attached: true,
      deliveredSequenceNumber: 1,
      settledSequenceNumber: 1,
      undeliveredEvents: 4,
    });
    expect(of(2, 'projections')?.creditEvents).toBeGreaterThan(0);
    await Promise.all(subscriptions.map((subscription) => subscription.close()));
  });
});
