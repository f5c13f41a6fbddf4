import type { Runtime } from '../runtime/runtime.ts';
import {
  type Container,
  ContainerError,
  type Document,
  type FeedPage,
  type FeedRange,
  type FeedStart,
  type Operation,
  type Query,
  type Stored,
  isDocumentId,
} from './container.ts';
import type { Fault } from './fault.ts';
import { partsWithin, subdivideRange } from './feed-range.ts';
import { type Entry, MemoryStore } from './memory-store.ts';
import { matches, pageOf } from './memory-query.ts';
import { evenRanges, partitionHash } from './partition-hash.ts';

/** What is about to be done, for {@link MemoryContainerOptions.faults}. */
export interface ContainerCall {
  readonly container: string;
  readonly kind: 'batch' | 'read' | 'query' | 'feed-ranges' | 'feed-page';
  readonly partitionKey?: string;
  readonly operations?: readonly Operation[];
}

export interface MemoryContainerOptions<T extends Document> {
  readonly name: string;
  readonly runtime: Runtime;
  /** The partition key of a document: what the container's partition key path would find. */
  readonly partitionKey: (document: T) => string;
  /** How many ranges the change feed has: 1 to 256, default 4. */
  readonly feedRanges?: number;
  /** Paths (`/dedup`) whose value must be unique within a partition. */
  readonly uniqueKeys?: readonly string[];
  /** Asked before every call; take chance from the runtime, and a failing run replays from its seed. */
  readonly faults?: (call: ContainerCall) => Fault | undefined;
  /** How long a call takes before it is done, in milliseconds; default 0, which does not sleep at all. */
  readonly latencyMs?: (call: ContainerCall) => number;
}

/** A {@link Container} whose partitions can be split, as those of the database are when they grow. */
export interface MemoryContainer<T extends Document = Document> extends Container<T> {
  /** Cuts a range of `feedRanges()` in two halves while readers read. @throws RangeError for a range that there is not */
  split(rangeId: string): readonly FeedRange[];
}

const operationsMax = 100;
const requestBytesMax = 2 * 1_024 * 1_024;
const partitionKeyBytesMax = 2_048;
/** About what an operation takes beside its document. */
const envelopeBytes = 30;
const pageMax = 1_000;

/** A {@link Container} in memory: for tests, and for simulation under virtual time. Its documents are frozen. */
export function memoryContainer<T extends Document = Document>(options: MemoryContainerOptions<T>): MemoryContainer<T> {
  const { name, runtime } = options;
  const store = new MemoryStore<T>(options.uniqueKeys ?? []);
  let ranges: readonly FeedRange[] = evenRanges(options.feedRanges ?? 4);
  const refuse = (message: string): ContainerError => new ContainerError('bad-request', name, message);

  const run = async <R>(call: Omit<ContainerCall, 'container'>, execute: () => R): Promise<R> => {
    const described = { ...call, container: name };
    const latencyMs = options.latencyMs?.(described) ?? 0;
    await (latencyMs > 0 ? runtime.sleep(latencyMs) : undefined);
    const fault = options.faults?.(described);
    if (fault === 'before') throw new ContainerError('unavailable', name, 'not reachable');
    if (fault === 'throttled')
      throw new ContainerError('throttled', name, 'request rate is large', { retryAfterMs: 10 });
    const result = execute();
    if (fault === undefined) return result;
    const writes = call.operations?.some(({ kind }) => kind !== 'read') ?? false;
    throw new ContainerError(writes ? 'outcome-unknown' : 'unavailable', name, 'the answer was lost');
  };
  const checkLimit = (limit: number): void => {
    if (!Number.isInteger(limit) || limit < 1 || limit > pageMax)
      throw refuse(`limit must be 1 to ${pageMax}, not ${limit}`);
  };
  const checkId = (id: unknown): void => {
    if (!isDocumentId(id)) throw refuse(`an id is 1 to 1,023 bytes without / \\ # ?: ${JSON.stringify(id)}`);
  };
  /** What travels: with how many bytes it takes. */
  const wireForm = (partitionKey: string, operation: Operation): { operation: Operation; bytes: number } => {
    const id = 'document' in operation ? operation.document.id : operation.id;
    checkId(id);
    if (!('document' in operation)) return { operation, bytes: Buffer.byteLength(id) + envelopeBytes };
    const text = JSON.stringify(operation.document);
    const document = withoutSystemFields(JSON.parse(text) as T);
    if (options.partitionKey(document) !== partitionKey) throw refuse(`document ${id} belongs to another partition`);
    return { operation: { ...operation, document }, bytes: Buffer.byteLength(text) + envelopeBytes };
  };

  return {
    name,
    async batch(partitionKey, operations) {
      if (operations.length < 1 || operations.length > operationsMax)
        throw refuse(`a batch has 1 to ${operationsMax} operations`);
      if (Buffer.byteLength(partitionKey) > partitionKeyBytesMax)
        throw refuse('the partition key is longer than 2,048 bytes');
      const forms = operations.map((operation) => wireForm(partitionKey, operation));
      if (forms.reduce((sum, { bytes }) => sum + bytes, 0) > requestBytesMax) {
        throw new ContainerError('too-large', name, 'the batch is larger than 2 MB');
      }
      const wire = forms.map(({ operation }) => operation);
      const outcome = await run({ kind: 'batch', partitionKey, operations: wire }, () =>
        store.apply(partitionKey, wire, Math.floor(runtime.now() / 1_000)),
      );
      return { ...outcome, requestCharge: wire.reduce((sum, { kind }) => sum + (kind === 'read' ? 1 : 6), 0) };
    },
    async read(partitionKey, id) {
      checkId(id);
      const entry = await run({ kind: 'read', partitionKey }, () => store.get(partitionKey, id));
      return entry === undefined ? { requestCharge: 1 } : { document: entry.document, requestCharge: 1 };
    },
    async query(query: Query) {
      checkLimit(query.limit);
      const { partitionKey, where = [], orderBy = [] } = query;
      const call = partitionKey === undefined ? {} : { partitionKey };
      const page = await run({ kind: 'query', ...call }, () => {
        const found = store.entries(partitionKey).filter(({ document }) => matches(document, where));
        try {
          return pageOf(found, orderBy, query.limit, query.continuation);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          throw refuse(`not a continuation of this query: ${query.continuation}`);
        }
      });
      return { ...page, requestCharge: 2.3 + page.documents.length * 0.1 };
    },
    async feedRanges() {
      return run({ kind: 'feed-ranges' }, () => ranges);
    },
    async feedPage({ range, continuation, start = 'beginning', limit }): Promise<FeedPage<T>> {
      checkLimit(limit);
      return run({ kind: 'feed-page' }, () => {
        const from = continuation === undefined ? startLsn(store, start) : Number(continuation);
        if (!Number.isInteger(from) || from < 0) throw refuse(`not a continuation of this feed: ${continuation}`);
        const documents: Stored<T>[] = [];
        let lsn = 0;
        const parts = partsWithin(range, ranges);
        const about = { newestLsn: store.lsn, ...(parts.length > 1 ? { split: parts } : {}) };
        for (const entry of store.changesAfter(from)) {
          // A page grows past its limit rather than to split a batch.
          if (documents.length >= limit && entry.lsn !== lsn) {
            const requestCharge = 1 + documents.length * 0.1;
            return { documents, continuation: String(lsn), hasMore: true, requestCharge, ...about };
          }
          const hash = partitionHash(entry.partitionKey);
          if (hash < range.minInclusive || hash >= range.maxExclusive) continue;
          documents.push(Object.freeze({ ...entry.document, _lsn: entry.lsn }));
          lsn = entry.lsn;
        }
        const end = String(Math.max(from, store.lsn));
        return {
          documents,
          continuation: end,
          hasMore: documents.length > 0,
          requestCharge: 1 + documents.length * 0.1,
          ...about,
        };
      });
    },
    split(rangeId) {
      const range = ranges.find(({ id }) => id === rangeId);
      if (range === undefined) throw new RangeError(`${name}: no feed range ${rangeId}`);
      const halves = subdivideRange(range, 2);
      ranges = ranges.flatMap((each) => (each === range ? halves : [each]));
      return halves;
    },
  };
}

/** @param document a copy of its own */
function withoutSystemFields<T extends Document>(document: T): T {
  const fields = document as { -readonly [field in keyof Stored]?: unknown };
  for (const field of ['_etag', '_ts', '_lsn'] as const) if (field in fields) delete fields[field];
  return document;
}

function startLsn(store: MemoryStore<Document>, start: FeedStart): number {
  if (start === 'beginning') return 0;
  if (start === 'now') return store.lsn;
  const isAtOrAfter = ({ document }: Entry<Document>): boolean => document._ts >= Math.floor(start.timeMs / 1_000);
  for (const entry of store.changesAfter(0)) if (isAtOrAfter(entry)) return entry.lsn - 1;
  return store.lsn;
}
