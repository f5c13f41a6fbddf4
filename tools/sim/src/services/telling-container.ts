import type { StoredEvent } from '@daybook/eventstore';
import type { Container } from '@daybook/ports';

/** An events container that tells what this process has appended, once it knows. */
export function tellingContainer(
  container: Container<StoredEvent>,
  onAppended: (events: readonly StoredEvent[]) => void,
): Container<StoredEvent> {
  return {
    ...container,
    async batch(partitionKey, operations) {
      const outcome = await container.batch(partitionKey, operations);
      const written = outcome.applied ? outcome.results.filter(({ status }) => status === 201) : [];
      const events = written.map(({ document }) => document as unknown as StoredEvent);
      if (events.length > 0) onAppended(events);
      return outcome;
    },
  };
}
