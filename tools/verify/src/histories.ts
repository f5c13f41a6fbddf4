import { cosmosClient, cosmosContainer } from '@daybook/azure';
import {
  databaseName,
  eachService,
  eventsContainer,
  isShopService,
  type ServiceName,
  type ShopService,
  shopServices,
} from '@daybook/contracts';
import { archivedContainer, type StoredEvent } from '@daybook/eventstore';
import type { BlobStore, Container, FeedRange } from '@daybook/ports';

/** All events of one service, by stream, in order of version. */
export type Histories = ReadonlyMap<string, readonly StoredEvent[]>;

/** All that is verified: every event of every service, held in memory (about 1 KB each). */
export type AllHistories = Readonly<Record<ShopService, Histories>> & {
  /** Of services that have nothing to do with orders: of these it is known only what holds of every stream. */
  readonly others?: Readonly<Record<string, Histories>>;
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
  /** The container of Blob storage with archived events; without it, a stream that has some is an error. */
  readonly archive?: BlobStore;
  readonly onProgress?: (service: ServiceName, events: number) => void;
}

/**
 * Opens the events containers of an account and reads them. @throws ContainerError; HistoryIncomplete where events after the first of a
 * stream are missing and no archive was given to look in
 */
export async function readAllHistories({ endpoint, key, archive, onProgress }: ReadOptions): Promise<AllHistories> {
  const client = cosmosClient({ endpoint, key });
  const open = (service: ServiceName): Container<StoredEvent> => {
    const container = cosmosContainer<StoredEvent>(client.database(databaseName).container(eventsContainer[service]));
    return archive === undefined ? container : archivedContainer(container, archive);
  };
  try {
    const histories = await readHistories(eachService(open), onProgress);
    if (archive === undefined) checkComplete(histories);
    return histories;
  } finally {
    client.dispose();
  }
}

/** Events are missing that may be in the archive, which was not given. */
export class HistoryIncomplete extends Error {
  readonly code = 'history-incomplete';
  readonly streamId: string;

  constructor(streamId: string) {
    super(`${streamId}: the events after the first are not in the container; give the archive to look for them there`);
    this.name = 'HistoryIncomplete';
    this.streamId = streamId;
  }
}

/** What was archived and deleted always follows the first event. */
export function checkComplete(histories: Pick<AllHistories, ShopService | 'others'>): void {
  for (const streams of historiesOf(histories)) {
    for (const [streamId, [first, second]] of streams) {
      if (first?.version === 1 && second !== undefined && second.version > 2) throw new HistoryIncomplete(streamId);
    }
  }
}

/** Those of one service. */
export const historiesIn = (histories: AllHistories, service: ServiceName): Histories =>
  isShopService(service) ? histories[service] : (histories.others?.[service] ?? new Map());

/** The histories of every service. */
export const historiesOf = (histories: Pick<AllHistories, ShopService | 'others'>): readonly Histories[] => [
  ...shopServices.map((service) => histories[service]),
  ...Object.values(histories.others ?? {}),
];

/** Reads every events container through its change feed, from the beginning. @throws ContainerError */
export async function readHistories(
  containers: Readonly<Record<ShopService, Container<StoredEvent>>> &
    Readonly<Partial<Record<ServiceName, Container<StoredEvent>>>>,
  onProgress?: ReadOptions['onProgress'],
): Promise<AllHistories> {
  const readerOf = (service: ServiceName, container: Container<StoredEvent>): HistoryReader =>
    historyReader(container, (events) => onProgress?.(service, events));
  const reader = (service: ShopService): HistoryReader => readerOf(service, containers[service]);
  const sagas = reader('fulfilment');
  const fulfilment = await sagas.readOn();
  const payment = await reader('payment').readOn();
  const inventory = await reader('inventory').readOn();
  // After the payments: each of them has its order by then.
  const order = await reader('order').readOn();
  const fulfilmentSince = await sagas.readOn();
  const others: Record<string, Histories> = {};
  for (const [service, container] of Object.entries(containers) as [ServiceName, Container<StoredEvent>][]) {
    if (!isShopService(service)) others[service] = await readerOf(service, container).readOn();
  }
  return { order, inventory, payment, fulfilment, fulfilmentSince, others };
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

  const between = async (streamId: string, above: number, below: number): Promise<readonly StoredEvent[]> => {
    const found: StoredEvent[] = [];
    for (let reached = above; ;) {
      const where = [
        { field: 'version', op: '>', value: reached },
        { field: 'version', op: '<', value: below },
      ] as const;
      const orderBy = [{ field: 'version', direction: 'asc' }] as const;
      const page = await container.query({ partitionKey: streamId, where, orderBy, limit: pageSize });
      found.push(...page.documents);
      reached = page.documents.at(-1)?.version ?? reached;
      if (page.continuation === undefined) return found;
    }
  };

  /**
   * The change feed shows what is in the container; the versions between may be in its archive, or have gone there while the feed was
   * read. Those that are nowhere stay missing.
   */
  const withArchived = async (streamId: string, events: readonly StoredEvent[]): Promise<readonly StoredEvent[]> => {
    const whole: StoredEvent[] = [];
    for (const event of events) {
      const before = whole.at(-1)?.version ?? event.version - 1;
      if (event.version > before + 1) whole.push(...(await between(streamId, before, event.version)));
      whole.push(event);
    }
    return whole;
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
