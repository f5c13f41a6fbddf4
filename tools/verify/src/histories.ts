import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { databaseName, eventsContainer, type ServiceName } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import type { Container, FeedRange } from '@daybook/ports';

/** All events of one service, by stream, in order of version. */
export type Histories = ReadonlyMap<string, readonly StoredEvent[]>;

/** All that is verified: every event of every service, held in memory (about 1 KB each). */
export type AllHistories = Readonly<Record<ServiceName, Histories>> & {
  /**
   * What the sagas recorded while the other services were being read. In a running system the services are read one after another: the
   * sagas first, so that what a finished one asked for is found in all others; and once more at the end, so that what the others did
   * meanwhile is found to have been asked for.
   */
  readonly fulfilmentSince: Histories;
};

export interface ReadOptions {
  readonly endpoint: string;
  readonly key: string;
  readonly onProgress?: (service: ServiceName, events: number) => void;
}

/** Opens the events containers of an account and reads them. @throws ContainerError */
export async function readAllHistories({ endpoint, key, onProgress }: ReadOptions): Promise<AllHistories> {
  const client = cosmosClient({ endpoint, key });
  const open = (service: ServiceName): Container<StoredEvent> =>
    cosmosContainer<StoredEvent>(client.database(databaseName).container(eventsContainer[service]));
  const containers = {
    order: open('order'),
    inventory: open('inventory'),
    payment: open('payment'),
    fulfilment: open('fulfilment'),
  };
  try {
    return await readHistories(containers, onProgress);
  } finally {
    client.dispose();
  }
}

/** Reads every events container through its change feed, from the beginning. @throws ContainerError */
export async function readHistories(
  containers: Readonly<Record<ServiceName, Container<StoredEvent>>>,
  onProgress?: ReadOptions['onProgress'],
): Promise<AllHistories> {
  const reader = (service: ServiceName): HistoryReader =>
    historyReader(containers[service], (events) => onProgress?.(service, events));
  const sagas = reader('fulfilment');
  const fulfilment = await sagas.readOn();
  const payment = await reader('payment').readOn();
  const inventory = await reader('inventory').readOn();
  // After the payments: each of them has its order by then.
  const order = await reader('order').readOn();
  return { order, inventory, payment, fulfilment, fulfilmentSince: await sagas.readOn() };
}

export interface HistoryReader {
  /** All events from the beginning on; the next time, those since then. */
  readOn(): Promise<Histories>;
}

const pageSize = 1_000;

export function historyReader(
  container: Container<StoredEvent>,
  onProgress: (events: number) => void = () => undefined,
): HistoryReader {
  const continuations = new Map<string, string>();
  let events = 0;

  const readRange = async (range: FeedRange, streams: Map<string, StoredEvent[]>): Promise<void> => {
    for (;;) {
      const continuation = continuations.get(range.id);
      const from = continuation === undefined ? {} : { continuation };
      const page = await container.feedPage({ range, limit: pageSize, start: 'beginning', ...from });
      continuations.set(range.id, page.continuation);
      for (const event of page.documents) {
        const stream = streams.get(event.streamId);
        if (stream === undefined) streams.set(event.streamId, [event]);
        else stream.push(event);
      }
      events += page.documents.length;
      onProgress(events);
      if (!page.hasMore) return;
    }
  };

  /** The change feed shows what is in the container; the versions between may be in its archive. Those that are not stay missing. */
  const withArchived = async (streamId: string, events: readonly StoredEvent[]): Promise<readonly StoredEvent[]> => {
    const [first, second] = events;
    // The first event is never archived, and what was archived and deleted follows it.
    if (first?.version !== 1 || second === undefined || second.version <= 2) return events;
    const between: StoredEvent[] = [];
    for (let above = 1; ;) {
      const where = [
        { field: 'version', op: '>', value: above },
        { field: 'version', op: '<', value: second.version },
      ] as const;
      const orderBy = [{ field: 'version', direction: 'asc' }] as const;
      const page = await container.query({ partitionKey: streamId, where, orderBy, limit: pageSize });
      between.push(...page.documents);
      above = page.documents.at(-1)?.version ?? above;
      if (page.continuation === undefined) return [first, ...between, ...events.slice(1)];
    }
  };

  return {
    async readOn() {
      const streams = new Map<string, StoredEvent[]>();
      for (const range of await container.feedRanges()) await readRange(range, streams);
      // A document that was changed after it was written comes out of place: sorting hides nothing, for its hash no longer fits.
      const histories = new Map<string, readonly StoredEvent[]>();
      for (const [streamId, stream] of streams) {
        stream.sort((a, b) => a.version - b.version);
        histories.set(streamId, await withArchived(streamId, stream));
      }
      return histories;
    },
  };
}
