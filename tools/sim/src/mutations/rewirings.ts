import type { HubConsumer } from '@daybook/ports';

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
