import type { Container } from '@daybook/ports';
import { markerId, type ParkedMessage, parkedMessageOf, partitionKeyOf } from './parked-message.ts';
import { removed, unblocked } from './replay.ts';

/** How a discard ended. */
export interface DiscardOutcome {
  /** Messages removed, in their order; they are gone. */
  readonly discarded: readonly string[];
  /** False: messages are still parked under the key, and it is as it was. */
  readonly unblocked: boolean;
}

const pageSize = 100;

/** See `DeadLetters.discard`. */
export async function discardKey(options: {
  readonly container: Container;
  readonly consumer: string;
  readonly key: string;
  readonly chosen: (message: ParkedMessage) => boolean;
}): Promise<DiscardOutcome> {
  const { container, chosen } = options;
  const partition = partitionKeyOf(options.consumer, options.key);
  // All are read before one is removed: what is parked meanwhile was not meant.
  const found: { readonly id: string; readonly messageId: string }[] = [];
  let continuation: string | undefined;
  do {
    const page = await container.query({
      partitionKey: partition,
      where: [{ field: 'kind', op: '=', value: 'entry' }],
      orderBy: [{ field: 'id', direction: 'asc' }],
      limit: pageSize,
      ...(continuation === undefined ? {} : { continuation }),
    });
    for (const document of page.documents) {
      const parked = parkedMessageOf(document);
      if (chosen(parked)) found.push({ id: document.id, messageId: parked.messageId });
    }
    continuation = page.continuation;
  } while (continuation !== undefined);
  for (const { id } of found) await removed(container, partition, id, undefined);
  for (;;) {
    const { document: marker } = await container.read(partition, markerId);
    const left = await container.query({
      partitionKey: partition,
      where: [{ field: 'kind', op: '=', value: 'entry' }],
      limit: 1,
    });
    const discarded = found.map((each) => each.messageId);
    if (left.documents.length > 0) return { discarded, unblocked: false };
    if (await unblocked(container, partition, marker)) return { discarded, unblocked: true };
  }
}
