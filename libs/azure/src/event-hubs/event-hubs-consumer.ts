import {
  type CheckpointStore,
  EventHubConsumerClient,
  type LoadBalancingOptions,
  type PartitionContext,
  type ReceivedEventData,
  type RetryOptions,
  type SubscriptionEventHandlers,
  earliestEventPosition,
} from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import type { ContainerClient } from '@azure/storage-blob';
import type { HubConsumer, HubHandler, HubSubscription, PartitionLag, Runtime } from '@daybook/ports';
import { type HubConnection, closeBounded, defaultRetry } from './connection.ts';
import { firstCheckpoint } from './first-checkpoint.ts';
import { hubError } from './hub-error.ts';
import { type PartitionRun, partitionRun } from './partition-run.ts';
import { type Pulse, takePulse } from './pulse.ts';

export type EventHubsConsumerOptions = HubConnection & {
  readonly hub: string;
  /** The consumer group; it must exist. */
  readonly group: string;
  /**
   * Names this instance within its group: no two that live may share it. A process that starts under the name of one that died takes
   * its partitions at once instead of after their ownership has run out.
   */
  readonly owner: string;
  readonly runtime: Runtime;
  /** Existing blob container for ownerships and checkpoints. One per namespace: two emulators on one host look alike to it. */
  readonly checkpoints: ContainerClient;
  /** Default: 5 retries 200 ms apart, 5 s a try. */
  readonly retry?: RetryOptions;
  /** Default: greedy, looks every 2 s, a silent owner loses its partitions after 8 s. */
  readonly loadBalancing?: LoadBalancingOptions;
  /** Messages given to the handler at once; default 100. */
  readonly batchMax?: number;
  /** The least time between two checkpoints of a partition, in milliseconds; default 500. */
  readonly checkpointIntervalMs?: number;
  /** How long `close` waits for handlers, in milliseconds; default 10,000. */
  readonly closeLimitMs?: number;
};

const defaultLoadBalancing: LoadBalancingOptions = {
  strategy: 'greedy',
  updateIntervalInMs: 2_000,
  partitionOwnershipExpirationIntervalInMs: 8_000,
};
/** How long an idle partition waits before it asks again; messages are given out as soon as they come. */
const maxWaitTimeInSeconds = 5;

/**
 * A {@link HubConsumer} on the Event Hubs SDK and Blob checkpoints. A message whose body is not JSON is given to the handler with
 * the raw bytes (a Buffer) as `body`: only the handler knows whether it belongs into a dead letter.
 */
export function eventHubsConsumer(options: EventHubsConsumerOptions): HubConsumer {
  const { hub, group, runtime } = options;
  return {
    hub,
    group,
    async subscribe(handler) {
      const store = new BlobCheckpointStore(options.checkpoints);
      const client = consumerClient(options, store);
      await releaseLeftOver(store, client.fullyQualifiedNamespace, options).catch((error: unknown) =>
        handler.onError?.(error),
      );
      const runs = new Map<string, PartitionRun>();
      const held = (): readonly string[] => [...runs].filter(([, run]) => run.held).map(([id]) => id);
      const pulse = takePulse(client, runtime, held);
      const begin = async (partitionId: string, run: PartitionRun): Promise<void> => {
        const { fullyQualifiedNamespace } = client;
        const place = { fullyQualifiedNamespace, hub, group, partitionId };
        const properties = await pulse.partition(partitionId);
        if (run.held) run.begunAfter(await firstCheckpoint(store, options.checkpoints, place, properties));
      };
      const running = handlers(options, handler, runs, begin);
      const subscription = client.subscribe(running, {
        startPosition: earliestEventPosition,
        maxBatchSize: options.batchMax ?? 100,
        maxWaitTimeInSeconds,
      });
      return subscriptionOf(runs, pulse, async () => {
        pulse.stop();
        await Promise.all([...runs.values()].map((run) => run.stop(options.closeLimitMs ?? 10_000)));
        await closeBounded(() => subscription.close(), runtime.sleep);
        await closeBounded(() => client.close(), runtime.sleep);
      });
    },
  };
}

/**
 * Gives up what a predecessor of this name still owns. The SDK would count it as this instance's own, and yet not receive from it
 * until the ownership has run out.
 */
async function releaseLeftOver(
  store: CheckpointStore,
  namespace: string,
  { hub, group, owner }: EventHubsConsumerOptions,
): Promise<void> {
  const ownerships = await store.listOwnership(namespace, hub, group);
  const leftOver = ownerships.filter(({ ownerId }) => ownerId === owner);
  if (leftOver.length > 0) await store.claimOwnership(leftOver.map((ownership) => ({ ...ownership, ownerId: '' })));
}

function subscriptionOf(
  runs: ReadonlyMap<string, PartitionRun>,
  pulse: Pulse,
  close: () => Promise<void>,
): HubSubscription {
  let closed: Promise<void> | undefined;
  const held = (): [string, PartitionRun][] => (closed === undefined ? [...runs].filter(([, run]) => run.held) : []);
  return {
    partitions: () => held().map(([id]) => id),
    lag: () => held().map(([partitionId, run]) => lagOf(partitionId, run, pulse)),
    heardAtMs: () => pulse.heardAtMs(),
    close: () => (closed ??= close()),
  };
}

function lagOf(partitionId: string, { doneSequenceNumber: done }: PartitionRun, pulse: Pulse): PartitionLag {
  const last = pulse.lastEnqueued(partitionId);
  return { partitionId, ...(last === undefined || done === undefined ? {} : { behind: Math.max(0, last - done) }) };
}

/** @param begin finds out where a partition was begun: nothing waits for it, and its failure is only told */
export function handlers(
  options: EventHubsConsumerOptions,
  handler: HubHandler,
  runs: Map<string, PartitionRun>,
  begin: (partitionId: string, run: PartitionRun) => Promise<void>,
): SubscriptionEventHandlers {
  const { hub, runtime, checkpointIntervalMs = 500 } = options;
  const onError = (error: unknown): void => handler.onError?.(error);
  // The SDK may tell that it has closed a partition after it has begun it anew, with another context: that must not end the new run.
  const runOf = new WeakMap<PartitionContext, PartitionRun>();
  return {
    async processInitialize(context: PartitionContext) {
      const { partitionId } = context;
      const previous = runs.get(partitionId);
      const run = partitionRun({ partitionId, handler, runtime, checkpointIntervalMs, previous });
      runs.set(partitionId, run);
      runOf.set(context, run);
      void begin(partitionId, run).catch((error: unknown) => {
        if (run.held) onError(hubError(error, hub));
      });
    },
    processEvents: async (events: ReceivedEventData[], context: PartitionContext) => {
      if (events.length > 0) await runOf.get(context)?.handle(events, context);
    },
    processError: async (error: Error) => onError(hubError(error, hub)),
    processClose: async (_reason: unknown, context: PartitionContext) => runOf.get(context)?.lose(),
  };
}

function consumerClient(options: EventHubsConsumerOptions, store: CheckpointStore): EventHubConsumerClient {
  const { hub, group } = options;
  const clientOptions = {
    identifier: options.owner,
    retryOptions: options.retry ?? defaultRetry,
    loadBalancingOptions: options.loadBalancing ?? defaultLoadBalancing,
  };
  return 'connectionString' in options
    ? new EventHubConsumerClient(group, options.connectionString, hub, store, clientOptions)
    : new EventHubConsumerClient(group, options.fullyQualifiedNamespace, hub, options.credential, store, clientOptions);
}
