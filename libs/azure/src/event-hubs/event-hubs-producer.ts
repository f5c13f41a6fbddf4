import { type EventData, EventHubProducerClient, type RetryOptions } from '@azure/event-hubs';
import { HubError, type HubMessage, type HubProducer, type Runtime } from '@daybook/ports';
import { type HubConnection, closeBounded, defaultRetry } from './connection.ts';
import { hubError } from './hub-error.ts';
import { surviveLateSends } from './late-sends.ts';

export type EventHubsProducerOptions = HubConnection & {
  readonly hub: string;
  readonly runtime: Runtime;
  /** Default: 5 retries 200 ms apart, 5 s a try. */
  readonly retry?: RetryOptions;
};

const messageIdLengthMax = 256;
const sdkMessageIdLengthMax = 128;

/** A {@link HubProducer} on the Event Hubs SDK. It connects with its first request. */
export function eventHubsProducer(options: EventHubsProducerOptions): HubProducer {
  const { hub, runtime } = options;
  surviveLateSends();
  const clientOptions = { retryOptions: options.retry ?? defaultRetry };
  const client =
    'connectionString' in options
      ? new EventHubProducerClient(options.connectionString, hub, clientOptions)
      : new EventHubProducerClient(options.fullyQualifiedNamespace, hub, options.credential, clientOptions);

  const asHubError = async <R>(work: () => Promise<R>): Promise<R> => {
    try {
      return await work();
    } catch (error) {
      throw hubError(error, hub);
    }
  };

  return {
    hub,
    partitionIds: () => asHubError(() => client.getPartitionIds()),
    send: (partitionId, messages) =>
      asHubError(async () => {
        let batch = await client.createBatch({ partitionId });
        for (const message of messages) {
          checkMessageId(hub, message);
          const event = eventData(message);
          if (batch.tryAdd(event)) continue;
          if (batch.count > 0) {
            await client.sendBatch(batch);
            batch = await client.createBatch({ partitionId });
            if (batch.tryAdd(event)) continue;
          }
          throw new HubError(
            'too-large',
            hub,
            `message ${message.messageId} is larger than ${batch.maxSizeInBytes} bytes`,
          );
        }
        if (batch.count > 0) await client.sendBatch(batch);
      }),
    close: () => closeBounded(() => client.close(), runtime.sleep),
  };
}

function checkMessageId(hub: string, { messageId }: HubMessage): void {
  if (messageId.length >= 1 && messageId.length <= messageIdLengthMax) return;
  throw new HubError('too-large', hub, `messageId must have 1 to ${messageIdLengthMax} characters: ${messageId}`);
}

/**
 * Key and id travel as application properties: partitions are chosen by id, so the SDK's own partition key stays unused, and its
 * message id, which others may look at, takes only 128 characters.
 */
function eventData({ messageId, key, body }: HubMessage): EventData {
  const short = messageId.length <= sdkMessageIdLengthMax ? { messageId } : {};
  return { body, ...short, contentType: 'application/json', properties: { key, messageId } };
}
