import type { MessageConsumer } from '@daybook/messaging';
import { type Meter, metrics } from '@opentelemetry/api';

/**
 * How far a consumer is behind in each partition that it holds, as an OpenTelemetry gauge, asked for when it is collected. Where no
 * provider is registered nobody asks.
 */
export function observeHubLag(
  hub: string,
  consumer: Pick<MessageConsumer, 'health'>,
  meter: Meter = metrics.getMeter('@daybook/messaging'),
): void {
  meter
    .createObservableGauge('messaging.consumer_lag', {
      description: 'Messages of a partition that are stored and not done',
      unit: '{message}',
    })
    .addCallback((result) => {
      for (const { partitionId, behind } of consumer.health().lag) {
        if (behind !== undefined) result.observe(behind, { hub, partition: partitionId });
      }
    });
}
