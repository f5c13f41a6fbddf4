import type { Document, Operation, OperationResult, Stored } from './container.ts';
import type { Candidate } from './memory-query.ts';

/** One stored document: frozen, with what the database knows about it. */
export interface Entry<T extends Document> extends Candidate<Stored<T>> {
  readonly partitionKey: string;
  readonly lsn: number;
}

export type StoreOutcome =
  | { readonly applied: true; readonly results: readonly OperationResult[] }
  | { readonly applied: false; readonly failedIndex: number; readonly status: number };

const createdStatus = 201;
const okStatus = 200;
const deletedStatus = 204;
const compactAfter = 1_024;

/** The documents of a container and the log of their changes. Every document that leaves it is frozen to its leaves. */
export class MemoryStore<T extends Document> {
  readonly #partitions = new Map<string, Map<string, Entry<T>>>();
  /** Who holds which unique value: the key names partition, path and value. */
  readonly #claims = new Map<string, string>();
  readonly #uniquePaths: readonly string[];
  #log: Entry<T>[] = [];
  #lsn = 0;
  #places = 0;
  #live = 0;

  constructor(uniquePaths: readonly string[]) {
    this.#uniquePaths = uniquePaths;
  }

  get lsn(): number {
    return this.#lsn;
  }

  get(partitionKey: string, id: string): Entry<T> | undefined {
    return this.#partitions.get(partitionKey)?.get(id);
  }

  /** All entries of one partition, or of all. */
  entries(partitionKey?: string): Entry<T>[] {
    if (partitionKey !== undefined) return [...(this.#partitions.get(partitionKey)?.values() ?? [])];
    return [...this.#partitions.values()].flatMap((partition) => [...partition.values()]);
  }

  /** Runs the operations on a copy of the partition and puts it in place when all of them succeed. */
  apply(partitionKey: string, operations: readonly Operation[], nowSeconds: number): StoreOutcome {
    const before = this.#partitions.get(partitionKey);
    const changed = new Map<string, Entry<T> | undefined>();
    const current = (id: string): Entry<T> | undefined => (changed.has(id) ? changed.get(id) : before?.get(id));
    const claims = new Map<string, string | undefined>();
    const holder = (claim: string): string | undefined =>
      claims.has(claim) ? claims.get(claim) : this.#claims.get(claim);
    const results: OperationResult[] = [];
    const lsn = this.#lsn + 1;

    for (const [index, operation] of operations.entries()) {
      const id = 'document' in operation ? operation.document.id : operation.id;
      const existing = current(id);
      const refused = refusalOf(operation, existing);
      if (refused !== undefined) return { applied: false, failedIndex: index, status: refused };
      if (existing !== undefined && operation.kind !== 'read') {
        for (const claim of this.#claimsOf(partitionKey, existing.document)) claims.set(claim, undefined);
      }
      if (operation.kind === 'read') {
        results.push({ status: okStatus, document: existing!.document });
      } else if (operation.kind === 'delete') {
        changed.set(id, undefined);
        results.push({ status: deletedStatus });
      } else {
        const wanted = this.#claimsOf(partitionKey, operation.document);
        if (wanted.some((claim) => holder(claim) !== undefined))
          return { applied: false, failedIndex: index, status: 409 };
        for (const claim of wanted) claims.set(claim, id);
        const system = { _etag: `"${lsn.toString(16)}-${index.toString(16)}"`, _ts: nowSeconds };
        const document = freeze({ ...operation.document, ...system }) as Stored<T>;
        changed.set(id, { document, partitionKey, lsn, place: existing?.place ?? (this.#places += 1) });
        results.push({ status: existing === undefined ? createdStatus : okStatus, document });
      }
    }
    if (changed.size > 0) this.#commit(partitionKey, changed, claims, lsn);
    return { applied: true, results };
  }

  /** Entries changed after `lsn`, each in its latest version, in the order of their changes. */
  *changesAfter(lsn: number): Generator<Entry<T>> {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#log[middle]!.lsn <= lsn) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < this.#log.length; index += 1) {
      const entry = this.#log[index]!;
      if (this.#isLatest(entry)) yield entry;
    }
  }

  #commit(
    partitionKey: string,
    changed: ReadonlyMap<string, Entry<T> | undefined>,
    claims: ReadonlyMap<string, string | undefined>,
    lsn: number,
  ): void {
    for (const [claim, id] of claims) {
      if (id === undefined) this.#claims.delete(claim);
      else this.#claims.set(claim, id);
    }
    const partition = this.#partitions.get(partitionKey) ?? new Map<string, Entry<T>>();
    this.#partitions.set(partitionKey, partition);
    this.#lsn = lsn;
    this.#live -= partition.size;
    for (const [id, entry] of changed) {
      if (entry === undefined) partition.delete(id);
      else {
        partition.set(id, entry);
        this.#log.push(entry);
      }
    }
    this.#live += partition.size;
    // Old versions stay in the log until they outnumber the documents: reading the feed stays proportional to what is new.
    if (this.#log.length > 2 * this.#live + compactAfter) {
      this.#log = this.#log.filter((entry) => this.#isLatest(entry));
    }
  }

  #isLatest(entry: Entry<T>): boolean {
    return this.get(entry.partitionKey, entry.document.id) === entry;
  }

  /** What a document claims for itself within its partition. A missing value counts as null, as in the database. */
  #claimsOf(partitionKey: string, document: Document): string[] {
    return this.#uniquePaths.map((path) => JSON.stringify([partitionKey, path, valueAt(document, path)]));
  }
}

function refusalOf(operation: Operation, existing: Entry<Document> | undefined): number | undefined {
  if (operation.kind === 'create') return existing === undefined ? undefined : 409;
  if (operation.kind === 'upsert' && existing === undefined) return undefined;
  if (existing === undefined) return 404;
  const ifMatch = 'ifMatch' in operation ? operation.ifMatch : undefined;
  return ifMatch !== undefined && ifMatch !== existing.document._etag ? 412 : undefined;
}

/** The value at `/a/b`. */
function valueAt(document: Document, path: string): unknown {
  let value: unknown = document;
  for (const part of path.split('/').slice(1))
    value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[part];
  return value ?? null;
}

function freeze<V>(value: V): V {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
