import type { DatabaseSync } from 'node:sqlite';
import type { EventParts } from '../encoding/splice.ts';
import type { PartitionLog } from './partition-log.ts';

/** Appends that arrive in one turn of the event loop share a commit, and so one flush of the disk. */
export interface GroupCommit {
  /** Resolves when the events are on disk, all of them; rejects when none is. */
  append(partition: PartitionLog, events: readonly EventParts[], partitionKey: string | undefined): Promise<void>;
  /** Commits what waits. */
  flush(): void;
}

interface Append {
  readonly partition: PartitionLog;
  readonly events: readonly EventParts[];
  readonly partitionKey: string | undefined;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export function createGroupCommit(sql: DatabaseSync): GroupCommit {
  let waiting: Append[] = [];

  function flush(): void {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    const partitions = new Set(group.map((append) => append.partition));
    try {
      sql.exec('BEGIN');
      for (const append of group) append.partition.write(append.events, append.partitionKey);
      sql.exec('COMMIT');
    } catch (error) {
      if (sql.isTransaction) sql.exec('ROLLBACK');
      for (const partition of partitions) partition.discard();
      for (const append of group) append.reject(error);
      return;
    }
    for (const append of group) append.resolve();
    for (const partition of partitions) partition.publish();
  }

  return {
    append: (partition, events, partitionKey) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ partition, events, partitionKey, resolve, reject });
      }),
    flush,
  };
}
