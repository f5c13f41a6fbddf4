import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { databaseName, eventsContainer, type ServiceName } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import type { Container } from '@daybook/ports';

/** All events of one service, by stream, in order of version. */
export type Histories = ReadonlyMap<string, readonly StoredEvent[]>;

/** All that is verified: every event of every service, held in memory (about 1 KB each). */
export type AllHistories = Readonly<Record<ServiceName, Histories>>;

export interface ReadOptions {
  readonly endpoint: string;
  readonly key: string;
  readonly onProgress?: (service: ServiceName, events: number) => void;
}

/** Reads every events container through its change feed, from the beginning. @throws ContainerError */
export async function readAllHistories({ endpoint, key, onProgress }: ReadOptions): Promise<AllHistories> {
  const client = cosmosClient({ endpoint, key });
  const read = (service: ServiceName): Promise<Histories> =>
    readHistories(
      cosmosContainer<StoredEvent>(client.database(databaseName).container(eventsContainer[service])),
      (events) => onProgress?.(service, events),
    );
  try {
    return {
      order: await read('order'),
      inventory: await read('inventory'),
      payment: await read('payment'),
      fulfilment: await read('fulfilment'),
    };
  } finally {
    client.dispose();
  }
}

const pageSize = 1_000;

export async function readHistories(
  container: Container<StoredEvent>,
  onProgress: (events: number) => void = () => undefined,
): Promise<Histories> {
  const streams = new Map<string, StoredEvent[]>();
  let events = 0;
  for (const range of await container.feedRanges()) {
    let continuation: string | undefined;
    for (;;) {
      const page = await container.feedPage({
        range,
        limit: pageSize,
        start: 'beginning',
        ...(continuation === undefined ? {} : { continuation }),
      });
      continuation = page.continuation;
      for (const event of page.documents) {
        const stream = streams.get(event.streamId);
        if (stream === undefined) streams.set(event.streamId, [event]);
        else stream.push(event);
      }
      events += page.documents.length;
      onProgress(events);
      if (!page.hasMore) break;
    }
  }
  // A document that was changed after it was written comes out of place: sorting hides nothing, for its hash no longer fits.
  for (const stream of streams.values()) stream.sort((a, b) => a.version - b.version);
  return streams;
}
