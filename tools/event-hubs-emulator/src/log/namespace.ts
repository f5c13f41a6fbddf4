import type { DatabaseSync } from 'node:sqlite';
import type { HubConfig } from '../config.ts';
import { DEFAULT_CONSUMER_GROUP, EmulatorConfigError, limits } from '../config.ts';
import { openDatabase } from './database.ts';
import type { GroupCommit } from './group-commit.ts';
import { createGroupCommit } from './group-commit.ts';
import type { EventStatements, PartitionLog } from './partition-log.ts';
import { createPartitionLog, prepareEventStatements } from './partition-log.ts';

/** A hub with its partitions. */
export interface Hub {
  readonly name: string;
  readonly createdMs: number;
  readonly partitions: readonly PartitionLog[];
  /** The group under its stored name; undefined when there is none. */
  findConsumerGroup(name: string): string | undefined;
  /** The partition whose turn it is, for events without a key. */
  nextPartition(): PartitionLog;
}

/** Everything one emulator stores. */
export interface Namespace {
  /** New for every new data file: checkpoints that carry another one are stale. */
  readonly generationId: string;
  findHub(name: string): Hub | undefined;
  /** In the order in which they were made. */
  hubs(): readonly Hub[];
  /** Adds hubs and consumer groups that are missing. Throws `EmulatorConfigError`. */
  addHubs(hubs: readonly HubConfig[]): void;
  readonly commit: GroupCommit;
  /** Commits what waits, and lets go of the file. */
  close(): void;
}

/** Opens the data. Throws `StorageError`. */
export function openNamespace(storage: string, now: () => number): Namespace {
  const database = openDatabase(storage, now());
  const { sql } = database;
  const statements = prepareEventStatements(sql);
  const commit = createGroupCommit(sql);
  const hubs = new Map<string, Hub>();

  function loadHubs(): void {
    for (const row of sql.prepare('SELECT id, name, created_ms FROM hubs').all()) {
      const name = String(row['name']);
      const known = hubs.get(name.toLowerCase());
      hubs.set(name.toLowerCase(), loadHub(sql, Number(row['id']), row, known?.partitions, statements, now));
    }
  }
  loadHubs();

  return {
    generationId: String(sql.prepare('SELECT generation_id FROM namespace').get()?.['generation_id']),
    hubs: () => [...hubs.values()],
    findHub: (name) => hubs.get(name.toLowerCase()),
    addHubs(configs) {
      sql.exec('BEGIN');
      try {
        for (const config of configs) addHub(sql, config, hubs.get(config.name.toLowerCase()), now());
        sql.exec('COMMIT');
      } catch (error) {
        sql.exec('ROLLBACK');
        throw error;
      }
      loadHubs();
    },
    commit,
    close() {
      commit.flush();
      database.close();
    },
  };
}

function loadHub(
  sql: DatabaseSync,
  id: number,
  row: Record<string, unknown>,
  known: readonly PartitionLog[] | undefined,
  statements: EventStatements,
  now: () => number,
): Hub {
  const groups = sql.prepare('SELECT name FROM consumer_groups WHERE hub_id = ?').all(id);
  const groupNames = new Map(groups.map((group) => [String(group['name']).toLowerCase(), String(group['name'])]));
  const partitions =
    known ??
    sql
      .prepare('SELECT id, number FROM partitions WHERE hub_id = ? ORDER BY number')
      .all(id)
      .map((partition) => createPartitionLog(Number(partition['id']), Number(partition['number']), statements, now));
  let turn = 0;
  return {
    name: String(row['name']),
    createdMs: Number(row['created_ms']),
    partitions,
    findConsumerGroup: (name) => groupNames.get(name.toLowerCase()),
    nextPartition() {
      turn = (turn + 1) % partitions.length;
      return partitions[turn] as PartitionLog;
    },
  };
}

function addHub(sql: DatabaseSync, config: HubConfig, existing: Hub | undefined, nowMs: number): void {
  if (existing !== undefined && existing.partitions.length !== config.partitions) {
    throw new EmulatorConfigError(
      `Hub "${config.name}" has ${existing.partitions.length} partitions and is configured with ${config.partitions}; ` +
        'a partition count cannot be changed: restore it, or choose another name for the hub',
    );
  }
  sql.prepare('INSERT INTO hubs (name, created_ms) VALUES (?, ?) ON CONFLICT DO NOTHING').run(config.name, nowMs);
  const hubId = Number(sql.prepare('SELECT id FROM hubs WHERE name = ?').get(config.name)?.['id']);
  const addGroup = sql.prepare('INSERT INTO consumer_groups VALUES (?, ?) ON CONFLICT DO NOTHING');
  for (const group of [DEFAULT_CONSUMER_GROUP, ...(config.consumerGroups ?? [])]) addGroup.run(hubId, group);
  if (existing !== undefined) return;

  const addPartition = sql.prepare('INSERT INTO partitions (hub_id, number) VALUES (?, ?)');
  for (let number = 0; number < config.partitions; number += 1) {
    const { lastInsertRowid } = addPartition.run(hubId, number);
    if (Number(lastInsertRowid) > limits.partitionsPerNamespace) {
      throw new EmulatorConfigError(
        `Hub "${config.name}" would exceed ${limits.partitionsPerNamespace} partitions for all hubs; configure fewer`,
      );
    }
  }
}
