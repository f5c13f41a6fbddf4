import type { PartitionContext, ReceivedEventData } from '@azure/event-hubs';
import { virtualRuntime } from '@daybook/ports';
import { partitionRun } from './partition-run.ts';

const event = (sequenceNumber: number): ReceivedEventData =>
  ({
    ...{ body: {}, offset: String(sequenceNumber), sequenceNumber, partitionKey: 'k', enqueuedTimeUtc: new Date(0) },
  }) as ReceivedEventData;

function held() {
  const runtime = virtualRuntime();
  const written: number[] = [];
  const context = {
    updateCheckpoint: async ({ sequenceNumber }: ReceivedEventData) => void written.push(sequenceNumber),
  } as PartitionContext;
  const run = partitionRun({
    partitionId: '0',
    handler: { onMessages: () => Promise.resolve() },
    runtime,
    checkpointIntervalMs: 500,
    previous: undefined,
  });
  return { runtime, written, run, handle: (n: number) => run.handle([event(n)], context) };
}

describe('a partition', () => {
  it('that is given up has its checkpoint written', async () => {
    const { runtime, written, run, handle } = held();
    await handle(1);
    await runtime.advance(0);
    await handle(2);
    await run.stop(1_000);
    expect(written).toEqual([1, 2]);
  });

  it('that was lost leaves the checkpoint to the instance that has it, even when this one is stopped later', async () => {
    const { runtime, written, run, handle } = held();
    await handle(1);
    await runtime.advance(0);
    await handle(2);
    await run.lose();
    await runtime.advance(5_000);
    await run.stop(1_000);
    expect(written).toEqual([1]);
    expect(run.held).toBe(false);
  });
});
