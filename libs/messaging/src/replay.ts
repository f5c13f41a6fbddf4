import type { CloudEvent } from '@daybook/contracts';
import type { Container } from '@daybook/ports';
import { parseCloudEvent } from './cloud-event.ts';
import { markerId, parkedMessageOf, partitionKeyOf } from './parked-message.ts';

/** How a replay ended. */
export interface ReplayOutcome {
  /** Messages handled and removed. */
  readonly replayed: number;
  /** The key is not blocked any more: its next message is handled when it comes. */
  readonly unblocked: boolean;
  /** Where it stopped; this message and those behind it are still parked. */
  readonly stoppedAt?: { readonly messageId: string; readonly error: unknown };
}

export interface Replay {
  readonly container: Container;
  readonly consumer: string;
  readonly key: string;
  readonly handle: (message: CloudEvent) => Promise<void>;
}

const pageSize = 50;

/** See `DeadLetters.replay`. */
export async function replayKey({ container, consumer, key, handle }: Replay): Promise<ReplayOutcome> {
  const partition = partitionKeyOf(consumer, key);
  let replayed = 0;
  for (;;) {
    // The marker first: whatever is parked after this read changes its etag, and whatever was before it the query sees.
    const { document: marker } = await container.read(partition, markerId);
    const { documents } = await container.query({
      partitionKey: partition,
      where: [{ field: 'kind', op: '=', value: 'entry' }],
      orderBy: [{ field: 'id', direction: 'asc' }],
      limit: pageSize,
    });
    if (documents.length === 0) {
      if (await unblocked(container, partition, marker)) return { replayed, unblocked: true };
      continue;
    }
    for (const document of documents) {
      const { messageId, message } = parkedMessageOf(document);
      try {
        const event = parseCloudEvent(message);
        if (event === undefined) throw new Error('not a CloudEvent');
        await handle(event);
      } catch (error) {
        return { replayed, unblocked: false, stoppedAt: { messageId, error } };
      }
      await removed(container, partition, document.id, undefined);
      replayed += 1;
    }
  }
}

/** Takes the marker away that was read before the key was found empty. False: something has been parked since. */
export async function unblocked(
  container: Container,
  partition: string,
  marker: { readonly _etag: string } | undefined,
): Promise<boolean> {
  return marker === undefined || removed(container, partition, markerId, marker._etag);
}

/** False where the document has been written since. One that is gone already was removed by somebody else. */
export async function removed(
  container: Container,
  partition: string,
  id: string,
  etag: string | undefined,
): Promise<boolean> {
  const outcome = await container.batch(partition, [
    { kind: 'delete', id, ...(etag === undefined ? {} : { ifMatch: etag }) },
  ]);
  return outcome.applied || outcome.status === 404;
}
