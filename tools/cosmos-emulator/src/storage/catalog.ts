import { randomUUID } from 'node:crypto';
import { isObject } from '../protocol/message.ts';
import type { JsonObject } from '../protocol/message.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { conflict, notFound, ownerNotFound } from '../protocol/refusal.ts';
import { containerRid, databaseRid } from '../protocol/resource-id.ts';
import type { OrderIndexes } from './order-indexes.ts';
import type { Row, Store } from './store.ts';

/** A database as it is stored. */
export interface DatabaseRecord {
  readonly number: number;
  readonly id: string;
  readonly rid: string;
  readonly etag: string;
  readonly ts: number;
}

/** What a container was created with, after defaults. */
export interface ContainerDefinition {
  readonly id: string;
  readonly partitionKey: PartitionKeyDefinition;
  readonly uniqueKeyPolicy?: { readonly uniqueKeys: readonly { readonly paths: readonly string[] }[] };
  /** Seconds, or -1 for ever unless an item says otherwise; absent: nothing expires. */
  readonly defaultTtl?: number;
  readonly [name: string]: unknown;
}

/** A container as it is stored. */
export interface ContainerRecord {
  readonly number: number;
  readonly database: DatabaseRecord;
  readonly id: string;
  readonly rid: string;
  readonly etag: string;
  readonly ts: number;
  readonly definition: ContainerDefinition;
}

/** Databases and containers. */
export interface Catalog {
  databases(): readonly DatabaseRecord[];
  database(id: string): DatabaseRecord;
  createDatabase(id: string, ts: number): DatabaseRecord;
  deleteDatabase(id: string): void;
  containers(database: DatabaseRecord): readonly ContainerRecord[];
  /** `owner` tells whether the container is above the addressed resource (404 with substatus 1003) or is it. */
  container(databaseId: string, id: string, owner: boolean): ContainerRecord;
  createContainer(database: DatabaseRecord, definition: ContainerDefinition, ts: number): ContainerRecord;
  replaceContainer(container: ContainerRecord, definition: ContainerDefinition, ts: number): void;
  deleteContainer(container: ContainerRecord): void;
  /** The log sequence number of the container's last change. */
  lsn(container: ContainerRecord): number;
  nextLsn(container: ContainerRecord): number;
}

const quotedGuid = (): string => `"${randomUUID()}"`;

const toDatabase = (row: Row): DatabaseRecord => ({
  number: Number(row['number']),
  id: String(row['id']),
  rid: databaseRid(Number(row['number'])),
  etag: String(row['etag']),
  ts: Number(row['ts']),
});

const toContainer = (row: Row, database: DatabaseRecord): ContainerRecord => ({
  number: Number(row['number']),
  database,
  id: String(row['id']),
  rid: containerRid(database.number, Number(row['number'])),
  etag: String(row['etag']),
  ts: Number(row['ts']),
  definition: JSON.parse(String(row['definition'])) as ContainerDefinition,
});

/** The catalog over a store. Containers are cached: every item request needs its definition. */
export const createCatalog = (store: Store, orderIndexes: OrderIndexes): Catalog => {
  const cache = new Map<string, ContainerRecord>();
  store.onRollback(() => cache.clear());

  const findDatabase = (id: string): DatabaseRecord | undefined => {
    const row = store.first('SELECT * FROM databases WHERE id = ?', id);
    return row === undefined ? undefined : toDatabase(row);
  };
  const dropContainer = (number: number): void => {
    orderIndexes.drop(number);
    store.run('DELETE FROM items WHERE container = ?', number);
    store.run('DELETE FROM unique_keys WHERE container = ?', number);
    store.run('DELETE FROM feed_ranges WHERE container = ?', number);
    store.run('DELETE FROM containers WHERE number = ?', number);
    cache.clear();
  };
  const database = (id: string): DatabaseRecord => {
    const found = findDatabase(id);
    if (found === undefined) throw notFound(`dbs/${id}`);
    return found;
  };
  const containers = (owner: DatabaseRecord): readonly ContainerRecord[] =>
    store
      .all('SELECT * FROM containers WHERE database = ? ORDER BY number', owner.number)
      .map((row) => toContainer(row, owner));
  const container = (databaseId: string, id: string, owner: boolean): ContainerRecord => {
    const name = `${databaseId}/${id}`;
    const cached = cache.get(name);
    if (cached !== undefined) return cached;
    const parent = findDatabase(databaseId);
    if (parent === undefined) throw ownerNotFound(`dbs/${databaseId}`);
    const row = store.first('SELECT * FROM containers WHERE database = ? AND id = ?', parent.number, id);
    if (row === undefined) {
      const what = `dbs/${databaseId}/colls/${id}`;
      throw owner ? ownerNotFound(what) : notFound(what);
    }
    const found = toContainer(row, parent);
    cache.set(name, found);
    return found;
  };

  return {
    databases: () => store.all('SELECT * FROM databases ORDER BY number').map(toDatabase),
    database,
    createDatabase: (id, ts) => {
      if (findDatabase(id) !== undefined) throw conflict();
      store.run('INSERT INTO databases (id, etag, ts) VALUES (?, ?, ?)', id, quotedGuid(), ts);
      return database(id);
    },
    deleteDatabase: (id) => {
      const found = database(id);
      containers(found).forEach((each) => dropContainer(each.number));
      store.run('DELETE FROM databases WHERE number = ?', found.number);
    },
    containers,
    container,
    createContainer: (owner, definition, ts) => {
      const { id } = definition;
      if (store.first('SELECT 1 FROM containers WHERE database = ? AND id = ?', owner.number, id)) throw conflict();
      store.run(
        'INSERT INTO containers (database, id, definition, etag, ts, lsn) VALUES (?, ?, ?, ?, ?, 0)',
        owner.number,
        id,
        JSON.stringify(definition),
        quotedGuid(),
        ts,
      );
      return container(owner.id, id, false);
    },
    replaceContainer: (found, definition, ts) => {
      store.run(
        'UPDATE containers SET definition = ?, etag = ?, ts = ? WHERE number = ?',
        JSON.stringify(definition),
        quotedGuid(),
        ts,
        found.number,
      );
      cache.clear();
    },
    deleteContainer: (found) => dropContainer(found.number),
    lsn: (found) => Number(store.first('SELECT lsn FROM containers WHERE number = ?', found.number)?.['lsn']),
    nextLsn: (found) =>
      Number(store.first('UPDATE containers SET lsn = lsn + 1 WHERE number = ? RETURNING lsn', found.number)?.['lsn']),
  };
};

const systemProperties = (record: { rid: string; etag: string; ts: number }): JsonObject => ({
  _rid: record.rid,
  _etag: record.etag,
  _ts: record.ts,
});

/** A database as clients see it. */
export const databaseResource = (database: DatabaseRecord): JsonObject => ({
  id: database.id,
  ...systemProperties(database),
  _self: `dbs/${database.rid}/`,
  _colls: 'colls/',
  _users: 'users/',
});

/** A container as clients see it. */
export const containerResource = (container: ContainerRecord): JsonObject => {
  const definition: unknown = container.definition;
  return {
    ...(isObject(definition) ? definition : {}),
    ...systemProperties(container),
    _self: `dbs/${container.database.rid}/colls/${container.rid}/`,
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  };
};
