import type { ReceivedEventData } from '@azure/event-hubs';
import type { Started } from './test-support.ts';
import { numbered, receive, startEmulator } from './test-support.ts';

describe('where a receiver starts', () => {
  let started: Started;
  let all: ReceivedEventData[];
  let clockMs = Date.parse('2040-01-01T00:00:00Z');

  beforeAll(async () => {
    started = await startEmulator({ now: () => clockMs });
    for (let number = 0; number < 5; number += 1) {
      await started.producer().sendBatch(numbered(1, number), { partitionId: '0' });
      // The clock goes back once; the time of the partition must not.
      clockMs += number === 2 ? -10_000 : 1000;
    }
    all = await receive(started.consumer(), '0', 5);
  });
  afterAll(() => started.stop());

  const numbersFrom = async (count: number, position: Parameters<typeof receive>[3]): Promise<number[]> =>
    (await receive(started.consumer(), '0', count, position)).map((event) => event.body.number as number);

  it('keeps offsets and times from going back', () => {
    const offsets = all.map((event) => Number(event.offset));
    const times = all.map((event) => event.enqueuedTimeUtc.getTime());
    expect([...offsets].sort((left, right) => left - right)).toEqual(offsets);
    expect(new Set(offsets).size).toBe(5);
    expect([...times].sort((left, right) => left - right)).toEqual(times);
  });

  it('takes a sequence number, exclusive and inclusive', async () => {
    expect(await numbersFrom(2, { sequenceNumber: 2 })).toEqual([3, 4]);
    expect(await numbersFrom(3, { sequenceNumber: 2, isInclusive: true })).toEqual([2, 3, 4]);
  });

  it('takes an offset, exclusive and inclusive', async () => {
    const offset = all[2]?.offset ?? '';
    expect(await numbersFrom(2, { offset })).toEqual([3, 4]);
    expect(await numbersFrom(3, { offset, isInclusive: true })).toEqual([2, 3, 4]);
  });

  it('takes an enqueued time', async () => {
    expect(await numbersFrom(4, { enqueuedOn: all[0]?.enqueuedTimeUtc ?? 0 })).toEqual([1, 2, 3, 4]);
    expect(await numbersFrom(5, { enqueuedOn: 0 })).toEqual([0, 1, 2, 3, 4]);
  });

  it('waits at the end for what comes next', async () => {
    const last = all.at(-1);
    const waiting = numbersFrom(1, { sequenceNumber: last?.sequenceNumber ?? 0 });
    await started.producer().sendBatch(numbered(1, 5), { partitionId: '0' });
    expect(await waiting).toEqual([5]);
  });

  it('tells a receiver about the end of its partition when asked', async () => {
    const context = Promise.withResolvers<unknown>();
    const subscription = started.consumer().subscribe(
      '0',
      {
        processEvents: async (_events, partition) => context.resolve(partition.lastEnqueuedEventProperties),
        processError: async (error) => context.reject(error),
      },
      { startPosition: { offset: '-1' }, trackLastEnqueuedEventProperties: true },
    );
    const { lastEnqueuedSequenceNumber } = await started.producer().getPartitionProperties('0');
    expect(await context.promise).toMatchObject({ sequenceNumber: lastEnqueuedSequenceNumber });
    await subscription.close();
  });
});
