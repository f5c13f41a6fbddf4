import type { Container, Document } from '@daybook/ports';

/** A container that says what this process has created in it, so that the feeds that follow it can read at once. */
export function tellingContainer(container: Container, onWritten: (created: readonly Document[]) => void): Container {
  return {
    name: container.name,
    async batch(partitionKey, operations) {
      const outcome = await container.batch(partitionKey, operations);
      if (outcome.applied && operations.some(({ kind }) => kind !== 'read')) {
        onWritten(operations.flatMap((operation) => (operation.kind === 'create' ? [operation.document] : [])));
      }
      return outcome;
    },
    read: (partitionKey, id) => container.read(partitionKey, id),
    query: (query) => container.query(query),
    feedRanges: () => container.feedRanges(),
    feedPage: (request) => container.feedPage(request),
  };
}
