import type { CloudEvent } from '@daybook/contracts';
import type { Container, Document, Stored } from '@daybook/ports';
import { parseCloudEvent } from './cloud-event.ts';
import { failed, markerId, parkedMessageOf, partitionKeyOf } from './parked-message.ts';

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
  /** Of a key that is not blocked only messages that failed like this. */
  readonly fingerprint?: string;
}

const pageSize = 50;

/** See `DeadLetters.replay`. */
export async function replayKey({ container, consumer, key, handle, fingerprint }: Replay): Promise<ReplayOutcome> {
  const partition = partitionKeyOf(consumer, key);
  let replayed = 0;
  for (;;) {
    // The marker first: whatever is parked after this read changes its etag, and whatever was before it the query sees.
    const { document: marker } = await container.read(partition, markerId);
    const { documents } = await container.query({
      partitionKey: partition,
      where: [
        { field: 'kind', op: '=', value: 'entry' },
        ...(fingerprint === undefined || marker !== undefined
          ? []
          : [{ field: 'fingerprint', op: '=', value: fingerprint } as const]),
      ],
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
        // How the replay ended is told even where this cannot be written.
        await noted(container, partition, document, error).catch(() => undefined);
        return { replayed, unblocked: false, stoppedAt: { messageId, error } };
      }
      await removed(container, partition, document.id, undefined);
      replayed += 1;
    }
  }
}

/** The entry tells of its newest failure: what is wrong now may be something else. */
async function noted(container: Container, partition: string, entry: Stored<Document>, error: unknown): Promise<void> {
  const { _etag: ifMatch, ...document } = entry;
  const { consumer, key, messageId, message: body, attempts } = parkedMessageOf(entry);
  const why = { ...failed(consumer, { key, messageId, body }, error), attempts: attempts + 1 };
  const fields = Object.entries(document).filter(([name]) => !name.startsWith('_'));
  // Somebody else has replayed or discarded it meanwhile where this is refused.
  await container.batch(partition, [
    { kind: 'replace', document: { ...Object.fromEntries(fields), id: entry.id, ...why }, ifMatch },
  ]);
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
