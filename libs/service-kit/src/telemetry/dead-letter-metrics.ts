import type { DeadLetters } from '@daybook/messaging';
import { type Meter, metrics } from '@opentelemetry/api';
import { instruments } from './instruments.ts';

/**
 * How many messages are parked, by consumer, as an OpenTelemetry gauge. Counted when it is collected: a query for each consumer, so collect it
 * once a minute rather than once a second. Where no provider is registered nobody asks, and nothing is queried.
 *
 * @param consumers asked each time: consumers are added while a service is put together
 */
export function observeDeadLetters(
  deadLetters: Pick<DeadLetters, 'groups'>,
  consumers: () => readonly { readonly name: string }[],
  onError: (error: unknown) => void,
  meter: Meter = metrics.getMeter('@daybook/messaging'),
): void {
  instruments(meter)
    .gauge('messaging.dead_letters')
    .addCallback(async (result) => {
      for (const { name } of consumers()) {
        try {
          const { groups } = await deadLetters.groups(name);
          const parked = groups.reduce((sum, { failed, behind }) => sum + failed + behind, 0);
          result.observe(parked, { consumer: name });
        } catch (error) {
          // What could not be counted stays what it was: a 0 would say that all is well.
          onError(error);
        }
      }
    });
}
