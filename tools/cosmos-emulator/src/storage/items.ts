import { randomUUID } from 'node:crypto';
import { rangeOf } from '../protocol/feed-ranges.ts';
import { limits } from '../protocol/limits.ts';
import type { Json, JsonObject } from '../protocol/message.ts';
import { isObject } from '../protocol/message.ts';
import type { KeyComponent } from '../protocol/partition-key.ts';
import { effectiveKey, keyText, pathSegments, valueAt } from '../protocol/partition-key.ts';
import { badRequest, conflict, Refusal } from '../protocol/refusal.ts';
import { itemRid } from '../protocol/resource-id.ts';
import type { ContainerRecord } from './catalog.ts';
import type { Condition } from './condition.ts';
import { allOf } from './condition.ts';
import { alive, checkTtl } from './expiry.ts';
import type { Ranges } from './ranges.ts';
import type { Row, Store } from './store.ts';

/** Where an item lives. */
export interface Partition {
  readonly container: ContainerRecord;
  /** The canonical text of the partition key. */
  readonly pk: string;
  readonly epk: string;
  readonly range: number;
}

/** An item as it is stored; `body` is its JSON with the system properties. */
export interface ItemRecord {
  readonly number: number;
  readonly id: string;
  readonly lsn: number;
  readonly etag: string;
  readonly body: string;
}

/** When and under which log sequence number something is written. */
export interface WriteStamp {
  readonly lsn: number;
  /** Seconds since 1970. */
  readonly ts: number;
}

/** Items by identity (container, partition key, id). */
export interface Items {
  partition(container: ContainerRecord, key: readonly KeyComponent[]): Partition;
  find(partition: Partition, id: string): ItemRecord | undefined;
  insert(partition: Partition, item: JsonObject, stamp: WriteStamp): ItemRecord;
  update(partition: Partition, old: ItemRecord, item: JsonObject, stamp: WriteStamp): ItemRecord;
  remove(partition: Partition, old: ItemRecord): void;
}

const systemNames: ReadonlySet<string> = new Set(['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn']);

/** The item without what the service adds. */
export const withoutSystemProperties = (item: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !systemNames.has(name)));

const depthOf = (value: Json, left: number): number => {
  if (typeof value !== 'object' || value === null) return 0;
  if (left === 0) throw badRequest(`An item must not be nested deeper than ${limits.nestingLevels} levels.`);
  return 1 + Object.values(value).reduce<number>((most, child) => Math.max(most, depthOf(child, left - 1)), 0);
};

/** Checks what the service requires of an item; throws 400 or 413. */
export const checkItem = (value: unknown): JsonObject & { readonly id: string } => {
  if (!isObject(value)) throw badRequest('An item must be a JSON object.');
  const id = value['id'];
  if (typeof id !== 'string' || id === '') {
    throw badRequest("The input content is invalid because the required properties - 'id; ' - are missing.");
  }
  if (Buffer.byteLength(id) > limits.idBytes || /[/\\#?]/.test(id)) {
    throw badRequest(
      `The id ${JSON.stringify(id.slice(0, 80))} must be at most ${limits.idBytes} bytes without / \\ # ?.`,
    );
  }
  depthOf(value, limits.nestingLevels);
  checkTtl(value['ttl'], 'ttl');
  return value as JsonObject & { readonly id: string };
};

/** Most effective keys that are remembered. */
const maxCachedKeys = 10_000;

const toRecord = (row: Row): ItemRecord => ({
  number: Number(row['number']),
  id: String(row['id']),
  lsn: Number(row['lsn']),
  etag: String(row['etag']),
  body: String(row['body']),
});

/** How often expired items of a container are looked for, and how many are removed at once. */
const sweepSeconds = 60;
const sweepItemsMax = 1_000;

/** The items of a store. Expired ones are never found; they are removed when somebody writes. */
export const createItems = (store: Store, ranges: Ranges, now: () => number): Items => {
  const effectiveKeys = new Map<string, string>();
  const lastSweeps = new Map<number, number>();
  const seconds = (): number => Math.floor(now() / 1000);

  const serialize = (partition: Partition, number: number, item: JsonObject, etag: string, ts: number): string => {
    const { container } = partition;
    const rid = itemRid(container.database.number, container.number, number);
    const body = JSON.stringify({
      ...withoutSystemProperties(item),
      _rid: rid,
      _self: `dbs/${container.database.rid}/colls/${container.rid}/docs/${rid}/`,
      _etag: etag,
      _attachments: 'attachments/',
      _ts: ts,
    });
    if (Buffer.byteLength(body) > limits.itemBytes) {
      throw new Refusal(413, `Request size is too large: an item must not be larger than ${limits.itemBytes} bytes.`);
    }
    return body;
  };

  const uniqueValues = (partition: Partition, item: JsonObject): readonly string[] =>
    (partition.container.definition.uniqueKeyPolicy?.uniqueKeys ?? []).map(({ paths }) =>
      JSON.stringify(paths.map((path) => valueAt(item, pathSegments(path)) ?? null)),
    );
  const addUnique = (partition: Partition, item: JsonObject): void =>
    uniqueValues(partition, item).forEach((value, ordinal) => {
      const where = [partition.container.number, partition.pk, ordinal, value] as const;
      const taken = (): boolean =>
        store.first(
          'SELECT 1 FROM unique_keys WHERE container = ? AND pk = ? AND ordinal = ? AND value = ?',
          ...where,
        ) !== undefined;
      if (taken() && (purge(partition, { sql: 'pk = ?', values: [partition.pk] }) === 0 || taken())) throw conflict();
      store.run('INSERT INTO unique_keys (container, pk, ordinal, value) VALUES (?, ?, ?, ?)', ...where);
    });
  const dropUnique = (partition: Partition, old: ItemRecord): void => {
    if (partition.container.definition.uniqueKeyPolicy === undefined) return;
    uniqueValues(partition, JSON.parse(old.body) as JsonObject).forEach((value, ordinal) =>
      store.run(
        'DELETE FROM unique_keys WHERE container = ? AND pk = ? AND ordinal = ? AND value = ?',
        partition.container.number,
        partition.pk,
        ordinal,
        value,
      ),
    );
  };
  const remove = (partition: Partition, old: ItemRecord): void => {
    dropUnique(partition, old);
    store.run('DELETE FROM items WHERE number = ?', old.number);
  };
  /** Removes expired items of a container that meet a condition; returns how many. */
  const purge = (partition: Partition, condition: Condition): number => {
    const { container } = partition;
    const unexpired = alive(container.definition, seconds());
    if (unexpired === undefined) return 0;
    const expired = { sql: `NOT ${unexpired.sql}`, values: unexpired.values };
    const where = allOf([{ sql: 'container = ?', values: [container.number] }, condition, expired]);
    const rows = store.all(
      `SELECT number, pk, id, lsn, etag, body FROM items WHERE ${where.sql} LIMIT ${sweepItemsMax}`,
      ...where.values,
    );
    rows.forEach((row) => remove({ ...partition, pk: String(row['pk']) }, toRecord(row)));
    return rows.length;
  };
  const sweep = (partition: Partition): void => {
    const { container } = partition;
    if (container.definition.defaultTtl === undefined) return;
    if (seconds() < (lastSweeps.get(container.number) ?? 0) + sweepSeconds) return;
    lastSweeps.set(container.number, seconds());
    purge(partition, { sql: 'TRUE', values: [] });
  };
  const find = (partition: Partition, id: string): ItemRecord | undefined => {
    const unexpired = alive(partition.container.definition, seconds());
    const where = allOf([
      { sql: 'container = ? AND pk = ? AND id = ?', values: [partition.container.number, partition.pk, id] },
      ...(unexpired === undefined ? [] : [unexpired]),
    ]);
    const row = store.first(`SELECT number, id, lsn, etag, body FROM items WHERE ${where.sql}`, ...where.values);
    return row === undefined ? undefined : toRecord(row);
  };

  return {
    partition: (container, key) => {
      const pk = keyText(key);
      const name = `${container.definition.partitionKey.kind} ${pk}`;
      let epk = effectiveKeys.get(name);
      if (epk === undefined) {
        epk = effectiveKey(key, container.definition.partitionKey);
        if (effectiveKeys.size >= maxCachedKeys) effectiveKeys.clear();
        effectiveKeys.set(name, epk);
      }
      return { container, pk, epk, range: rangeOf(ranges.of(container.number), epk) };
    },
    find,
    insert: (partition, item, { lsn, ts }) => {
      const id = String(item['id']);
      const { container, pk, epk, range } = partition;
      if (find(partition, id) !== undefined) throw conflict();
      sweep(partition);
      purge(partition, { sql: 'pk = ? AND id = ?', values: [pk, id] });
      addUnique(partition, item);
      const etag = `"${randomUUID()}"`;
      // The number is in the body (as _rid) and the body is not null, so the next number is read first.
      const last = store.first("SELECT seq FROM sqlite_sequence WHERE name = 'items'")?.['seq'] ?? 0;
      const number = Number(last) + 1;
      const body = serialize(partition, number, item, etag, ts);
      store.run(
        'INSERT INTO items (number, container, pk, id, epk, range, lsn, etag, ts, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        number,
        container.number,
        pk,
        id,
        epk,
        range,
        lsn,
        etag,
        ts,
        body,
      );
      return { number, id, lsn, etag, body };
    },
    update: (partition, old, item, { lsn, ts }) => {
      dropUnique(partition, old);
      addUnique(partition, item);
      const etag = `"${randomUUID()}"`;
      const body = serialize(partition, old.number, item, etag, ts);
      store.run(
        'UPDATE items SET lsn = ?, etag = ?, ts = ?, body = ? WHERE number = ?',
        lsn,
        etag,
        ts,
        body,
        old.number,
      );
      return { number: old.number, id: old.id, lsn, etag, body };
    },
    remove,
  };
};
