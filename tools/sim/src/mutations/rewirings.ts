import type { StoredEvent } from '@daybook/eventstore';
import type { Container, HubConsumer } from '@daybook/ports';

/** The mutation that checkpoints before handling: the batch is reported as done while it is still under way. */
export function alreadyCheckpointed(consumer: HubConsumer): HubConsumer {
  return {
    hub: consumer.hub,
    group: consumer.group,
    subscribe: (handler) =>
      consumer.subscribe({
        ...handler,
        onMessages(messages, signal) {
          void handler.onMessages(messages, signal).catch(() => undefined);
          return Promise.resolve();
        },
      }),
  };
}

/** The mutation that publishes what it has just committed, instead of what the change feed shows. */
export function publishingContainer(
  container: Container<StoredEvent>,
  publish: (events: readonly StoredEvent[]) => Promise<void> | undefined,
): Container<StoredEvent> {
  return {
    ...container,
    async batch(partitionKey, operations) {
      const outcome = await container.batch(partitionKey, operations);
      const written = outcome.applied ? outcome.results.filter(({ status }) => status === 201) : [];
      const events = written.map(({ document }) => document as unknown as StoredEvent);
      if (events.length > 0) void publish(events)?.catch(() => undefined);
      return outcome;
    },
  };
}
