import {
  type Container,
  type Document,
  type MemoryContainer,
  type Stored,
  type VirtualRuntime,
  memoryContainer,
  virtualRuntime,
} from '@daybook/ports';
import { createFeedProcessor } from '../feed-processor.ts';
import type { FeedLimits, FeedProcessor, FeedProcessorOptions, KeyHandler, PageHandler } from '../feed-options.ts';
import type { LeaseDocument } from '../lease-document.ts';
import { type FaultRates, type SimulatedProcess, simulateProcess } from './process.ts';

/** A document of a source: the nth of its key. */
export interface Entry extends Document {
  readonly key: string;
  readonly n: number;
}

/** One document as a handler met it. */
export interface Delivery {
  readonly instance: string;
  readonly key: string;
  readonly n: number;
}

export interface Instance {
  readonly name: string;
  readonly process: SimulatedProcess;
  readonly processor: FeedProcessor;
}

export interface InstanceOptions {
  readonly faults?: FaultRates;
  readonly limits?: Partial<FeedLimits>;
  /** Use a page handler that notes what it is given. */
  readonly byPage?: boolean;
  readonly handleKey?: KeyHandler<Entry>;
  readonly handlePage?: PageHandler<Entry>;
  readonly with?: Partial<FeedProcessorOptions<Entry>>;
}

export interface World {
  readonly runtime: VirtualRuntime;
  readonly source: MemoryContainer<Entry>;
  readonly leases: Container;
  /** Every lease as it was written, one after another. */
  readonly leaseWrites: readonly LeaseDocument[];
  readonly deliveries: Delivery[];
  /** Writes the next `count` documents of a key in one transaction. */
  append(key: string, count?: number): Promise<void>;
  /** Builds and starts an instance whose handler notes what it is given. */
  begin(name: string, options?: InstanceOptions): Instance;
  /** Notes documents as delivered: for handlers of a test's own. */
  deliver(instance: string, documents: readonly Stored<Entry>[]): void;
  /** True once every document appended was delivered. */
  complete(): boolean;
  /** Of the ranges that are read now. */
  leaseDocuments(): Promise<readonly Stored<LeaseDocument>[]>;
  leaseOwners(): Promise<readonly (string | undefined)[]>;
}

export function createWorld(options: { seed?: number; ranges?: number } = {}): World {
  const runtime = virtualRuntime({ seed: options.seed ?? 1 });
  const rangeCount = options.ranges ?? 4;
  const source = memoryContainer<Entry>({
    name: 'source',
    runtime,
    partitionKey: ({ key }) => key,
    feedRanges: rangeCount,
  });
  const stored = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const leaseWrites: LeaseDocument[] = [];
  const leases: Container = {
    ...stored,
    async batch(partitionKey, operations) {
      const outcome = await stored.batch(partitionKey, operations);
      const written = outcome.applied ? outcome.results[0]?.document : undefined;
      if (written !== undefined && 'range' in written) leaseWrites.push(written as unknown as LeaseDocument);
      return outcome;
    },
  };
  const versions = new Map<string, number>();
  const deliveries: Delivery[] = [];
  const delivered = new Set<string>();
  let appended = 0;

  const deliver = (instance: string, documents: readonly Stored<Entry>[]): void => {
    for (const { key, n } of documents) {
      deliveries.push({ instance, key, n });
      delivered.add(`${key}/${n}`);
    }
  };

  const world: World = {
    runtime,
    source,
    leases,
    leaseWrites,
    deliveries,
    deliver,
    async append(key, count = 1) {
      const from = versions.get(key) ?? 0;
      const numbers = Array.from({ length: count }, (_, index) => from + index + 1);
      // Written in reverse: inside one transaction the feed's order means nothing.
      const operations = numbers.reverse().map((n) => ({ kind: 'create' as const, document: { id: `${n}`, key, n } }));
      const outcome = await source.batch(key, operations);
      if (!outcome.applied) throw new Error(`append failed: ${outcome.status}`);
      versions.set(key, from + count);
      appended += count;
    },
    begin(name, wanted = {}) {
      const process = simulateProcess(runtime);
      const record = async (documents: readonly Stored<Entry>[]): Promise<void> => {
        for (const document of documents) {
          await process.step();
          deliver(name, [document]);
        }
        await process.runtime.sleep(runtime.random() * 20);
        await process.step();
      };
      const handler =
        wanted.handlePage !== undefined || wanted.byPage === true
          ? { handlePage: wanted.handlePage ?? record }
          : { handleKey: wanted.handleKey ?? record };
      const processor = createFeedProcessor<Entry>({
        name: 'test',
        instance: name,
        source: process.container(source, wanted.faults),
        leases: process.container(leases, wanted.faults),
        runtime: process.runtime,
        keyOf: (document) => document.key,
        orderOf: (document) => document.n,
        limits: { minRanges: 1, pageSize: 5, maxInFlight: 50, maxAhead: 200, ...wanted.limits },
        ...wanted.with,
        ...handler,
      } as FeedProcessorOptions<Entry>);
      void processor.start();
      return { name, process, processor };
    },
    complete: () => delivered.size === appended,
    async leaseDocuments() {
      const { documents } = await leases.query({ limit: 1_000 });
      return (documents as unknown as readonly Stored<LeaseDocument>[]).filter(
        ({ range, children }) => range !== undefined && children === undefined,
      );
    },
    async leaseOwners() {
      return (await world.leaseDocuments()).map(({ owner }) => owner);
    },
  };
  return world;
}

/** What breaks the promise: a document whose first delivery comes before that of an earlier one of its key. */
export function outOfOrder(deliveries: readonly Delivery[]): readonly Delivery[] {
  const highest = new Map<string, number>();
  return deliveries.filter(({ key, n }) => {
    const before = highest.get(key) ?? 0;
    highest.set(key, Math.max(before, n));
    return n > before + 1;
  });
}
