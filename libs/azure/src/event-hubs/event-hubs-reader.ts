import {
  EventHubConsumerClient,
  type ReceivedEventData,
  type RetryOptions,
  type Subscription,
  earliestEventPosition,
} from '@azure/event-hubs';
import { HubError, type HubReader, type ReceivedMessage, type Runtime } from '@daybook/ports';
import { type HubConnection, closeBounded, defaultRetry } from './connection.ts';
import { hubError } from './hub-error.ts';
import { receivedMessage } from './received-message.ts';

export type EventHubsReaderOptions = HubConnection & {
  readonly hub: string;
  /** Default `$Default`, which every hub has: a reader takes nothing from its consumers. */
  readonly group?: string;
  readonly runtime: Runtime;
  /** Default: 5 retries 200 ms apart, 5 s a try. */
  readonly retry?: RetryOptions;
  /** Nothing came for so long, and the end was not reached: the read fails, in milliseconds; default 30,000. */
  readonly silenceMaxMs?: number;
};

/** A {@link HubReader} on the Event Hubs SDK; to be closed. */
export interface EventHubsReader extends HubReader {
  close(): Promise<void>;
}

export function eventHubsReader(options: EventHubsReaderOptions): EventHubsReader {
  const { hub, group = '$Default', runtime, silenceMaxMs = 30_000 } = options;
  const clientOptions = { retryOptions: options.retry ?? defaultRetry };
  const client =
    'connectionString' in options
      ? new EventHubConsumerClient(group, options.connectionString, hub, clientOptions)
      : new EventHubConsumerClient(group, options.fullyQualifiedNamespace, hub, options.credential, clientOptions);

  const asHubError = async <R>(work: () => Promise<R>): Promise<R> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof HubError ? error : hubError(error, hub);
    }
  };

  /** Gives what comes until `last` has come. */
  const readTo = async (
    partitionId: string,
    last: number,
    onMessages: (messages: readonly ReceivedMessage[]) => void,
  ): Promise<void> => {
    const ended = Promise.withResolvers<void>();
    const watching = new AbortController();
    let heardAtMs = runtime.now();
    const watch = async (): Promise<void> => {
      while (!watching.signal.aborted) {
        await runtime.sleep(silenceMaxMs / 10, watching.signal);
        if (watching.signal.aborted || runtime.now() - heardAtMs < silenceMaxMs) continue;
        ended.reject(new HubError('unavailable', hub, `partition ${partitionId}: nothing came for ${silenceMaxMs} ms`));
        return;
      }
    };
    const processEvents = async (events: ReceivedEventData[]): Promise<void> => {
      if (watching.signal.aborted || events.length === 0) return;
      heardAtMs = runtime.now();
      try {
        onMessages(
          events.filter((event) => event.sequenceNumber <= last).map((event) => receivedMessage(event, partitionId)),
        );
        if ((events.at(-1)?.sequenceNumber ?? -1) >= last) ended.resolve();
      } catch (error) {
        ended.reject(error);
      }
    };
    const processError = async (error: Error): Promise<void> => ended.reject(hubError(error, hub));
    const subscription: Subscription = client.subscribe(
      partitionId,
      { processEvents, processError },
      { startPosition: earliestEventPosition, maxBatchSize: 500, maxWaitTimeInSeconds: 1 },
    );
    void watch();
    try {
      await ended.promise;
    } finally {
      watching.abort();
      await closeBounded(() => subscription.close(), runtime.sleep);
    }
  };

  return {
    hub,
    partitionIds: () => asHubError(() => client.getPartitionIds()),
    read: (partitionId, onMessages) =>
      asHubError(async () => {
        const { isEmpty, beginningSequenceNumber, lastEnqueuedSequenceNumber } =
          await client.getPartitionProperties(partitionId);
        if (isEmpty) return { removed: lastEnqueuedSequenceNumber >= 0 };
        await readTo(partitionId, lastEnqueuedSequenceNumber, onMessages);
        return { removed: beginningSequenceNumber > 0 };
      }),
    close: () => closeBounded(() => client.close(), runtime.sleep),
  };
}
