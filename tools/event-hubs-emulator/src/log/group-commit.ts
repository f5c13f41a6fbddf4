import type { DatabaseSync } from 'node:sqlite';
import type { EventParts } from '../encoding/splice.ts';
import type { PartitionLog } from './partition-log.ts';

export interface AppendOptions {
  readonly partitionKey: string | undefined;
  /** For tests: the write fails, and with it the commit. */
  readonly failing?: boolean;
}

/** Appends that arrive in one turn of the event loop share a commit, and so one flush of the disk. */
export interface GroupCommit {
  /** Resolves when the events are on disk, all of them; rejects when none is. */
  append(partition: PartitionLog, events: readonly EventParts[], options: AppendOptions): Promise<void>;
  /** Commits what waits. */
  flush(): void;
}

interface Append {
  readonly partition: PartitionLog;
  readonly events: readonly EventParts[];
  readonly options: AppendOptions;
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
      for (const { partition, events, options } of group) {
        partition.write(events, options.partitionKey);
        if (options.failing === true) throw new Error('Injected fault: the disk cannot be written');
      }
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
    append: (partition, events, options) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ partition, events, options, resolve, reject });
      }),
    flush,
  };
}
