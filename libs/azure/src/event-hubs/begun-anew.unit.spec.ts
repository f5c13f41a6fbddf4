import type { CloseReason, PartitionContext, ReceivedEventData } from '@azure/event-hubs';
import { virtualRuntime } from '@daybook/ports';
import { handlers } from './event-hubs-consumer.ts';
import type { PartitionRun } from './partition-run.ts';

const event = (sequenceNumber: number) =>
  ({ body: {}, sequenceNumber, offset: String(sequenceNumber), enqueuedTimeUtc: new Date(0) }) as ReceivedEventData;
const stolen = 'OwnershipLost' as CloseReason;

/** The SDK has one context for each time that it begins a partition. */
function begun() {
  const handled: number[] = [];
  const checkpoints: number[] = [];
  const runs = new Map<string, PartitionRun>();
  const handler = {
    onMessages: async (messages: readonly { readonly sequenceNumber: number }[]) =>
      void handled.push(...messages.map(({ sequenceNumber }) => sequenceNumber)),
  };
  const options = { hub: 'saga-inputs', runtime: virtualRuntime(), checkpointIntervalMs: 0 };
  const sdk = handlers(...([options, handler, runs, async () => undefined] as unknown as Parameters<typeof handlers>));
  const context = () =>
    ({
      partitionId: '1',
      updateCheckpoint: async ({ sequenceNumber }: ReceivedEventData) => void checkpoints.push(sequenceNumber),
    }) as PartitionContext;
  return { sdk, context, handled, checkpoints, isHeld: () => runs.get('1')?.held };
}

describe('a partition that was stolen and begun anew', () => {
  it('goes on when the SDK tells only then that it has closed what was before', async () => {
    const { sdk, context, handled, isHeld } = begun();
    const [before, now] = [context(), context()];
    await sdk.processInitialize?.(before);
    await sdk.processEvents([event(1)], before);
    await sdk.processInitialize?.(now);
    await sdk.processClose?.(stolen, before);
    await sdk.processEvents([event(2)], now);
    expect(handled).toEqual([1, 2]);
    expect(isHeld()).toBe(true);
  });

  it('takes nothing more from what was before', async () => {
    const { sdk, context, handled } = begun();
    const [before, now] = [context(), context()];
    await sdk.processInitialize?.(before);
    await sdk.processClose?.(stolen, before);
    await sdk.processInitialize?.(now);
    await sdk.processEvents([event(9)], before);
    await sdk.processEvents([event(1)], now);
    expect(handled).toEqual([1]);
  });
});
