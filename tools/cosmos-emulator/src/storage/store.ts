import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { limits } from '../protocol/limits.ts';
import { feedRangesTable, formatVersion, schema } from './schema.ts';

/** The data cannot be opened; `reason` says why. */
export class StorageUnusableError extends Error {
  readonly code = 'storage-unusable';
  readonly reason: 'locked' | 'format' | 'feed-ranges' | 'unreadable';

  constructor(reason: StorageUnusableError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageUnusableError';
    this.reason = reason;
  }
}

/** A value that a row may hold. */
export type Row = Readonly<Record<string, string | number | null>>;

/** The SQLite connection of one emulator. Everything is synchronous; one process owns the file. */
export interface Store {
  /** How many feed ranges a container begins with. */
  readonly rangeCount: number;
  /** Rows of a query; statements are prepared once. */
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[];
  first(sql: string, ...values: readonly SQLInputValue[]): Row | undefined;
  /** Rows as they are read: the caller may stop early. Nothing may be written meanwhile. */
  iterate(sql: string, ...values: readonly SQLInputValue[]): Iterable<Row>;
  run(sql: string, ...values: readonly SQLInputValue[]): void;
  /** Runs `work` in a savepoint: all of its writes, or, if it throws, none. */
  atomic<T>(work: () => T): T;
  /** Called after any rollback, so that caches of what was written can be dropped. */
  onRollback(listener: () => void): void;
  begin(): void;
  commit(): void;
  rollback(): void;
  close(): void;
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 261);

const openDatabase = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { timeout: 200 });
  try {
    // One process owns the file: its lock is held until it ends, however it ends.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('PRAGMA cache_size = -65536');
    database.exec('BEGIN EXCLUSIVE; COMMIT');
    return database;
  } catch (cause) {
    database.close();
    if (isBusy(cause)) {
      throw new StorageUnusableError(
        'locked',
        `The data file ${file} is in use by another process. Stop it or use another --data.`,
        { cause },
      );
    }
    throw new StorageUnusableError('unreadable', `The data file ${file} cannot be opened: ${String(cause)}`, { cause });
  }
};

/** Creates the tables in an empty file; otherwise checks its version, adding what version 1 lacks, and its number of ranges. */
const prepare = (database: DatabaseSync, file: string, wantedRanges: number | undefined): number => {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  if (version === 0 && tables === 0) {
    const count = wantedRanges ?? 4;
    database.exec('BEGIN');
    database.exec(schema);
    database.prepare("INSERT INTO settings (name, value) VALUES ('feedRanges', ?)").run(String(count));
    database.exec(`PRAGMA user_version = ${formatVersion}`);
    database.exec('COMMIT');
    return count;
  }
  if (version === 1) database.exec(`BEGIN; ${feedRangesTable}; PRAGMA user_version = ${formatVersion}; COMMIT`);
  else if (version !== formatVersion) {
    throw new StorageUnusableError(
      'format',
      `The data file ${file} has format version ${version}; this emulator reads version ${formatVersion}. Use another --data or the emulator that wrote it.`,
    );
  }
  const stored = Number(database.prepare("SELECT value FROM settings WHERE name = 'feedRanges'").get()?.['value']);
  if (wantedRanges !== undefined && wantedRanges !== stored) {
    throw new StorageUnusableError(
      'feed-ranges',
      `The data file ${file} was made with ${stored} feed ranges, which cannot become ${wantedRanges}. Leave feedRanges out or use another --data.`,
    );
  }
  return stored;
};

/** Opens or creates the data. `file` may be `:memory:`. Throws {@link StorageUnusableError}. */
export const openStore = (file: string, wantedRanges: number | undefined): Store => {
  if (
    wantedRanges !== undefined &&
    !(Number.isInteger(wantedRanges) && wantedRanges >= 1 && wantedRanges <= limits.feedRanges)
  ) {
    throw new StorageUnusableError('feed-ranges', `feedRanges must be a whole number from 1 to ${limits.feedRanges}.`);
  }
  const database = openDatabase(file);
  let rangeCount: number;
  try {
    rangeCount = prepare(database, file, wantedRanges);
  } catch (error) {
    database.close();
    throw error;
  }

  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const listeners: (() => void)[] = [];
  const rolledBack = (): void => listeners.forEach((listener) => listener());

  return {
    rangeCount,
    all: (sql, ...values) => prepared(sql).all(...values) as Row[],
    first: (sql, ...values) => prepared(sql).get(...values) as Row | undefined,
    iterate: (sql, ...values) => prepared(sql).iterate(...values) as Iterable<Row>,
    run: (sql, ...values) => void prepared(sql).run(...values),
    atomic: (work) => {
      prepared('SAVEPOINT request').run();
      try {
        const result = work();
        prepared('RELEASE request').run();
        return result;
      } catch (error) {
        prepared('ROLLBACK TO request').run();
        prepared('RELEASE request').run();
        rolledBack();
        throw error;
      }
    },
    onRollback: (listener) => void listeners.push(listener),
    begin: () => prepared('BEGIN IMMEDIATE').run(),
    commit: () => prepared('COMMIT').run(),
    rollback: () => {
      if (database.isTransaction) database.exec('ROLLBACK');
      rolledBack();
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};
