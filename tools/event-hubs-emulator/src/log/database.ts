import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The layout of the file. A file of another format is refused, never misread. */
export const FORMAT_VERSION = 1;

/** Marks the file as this emulator's ("DBEH"), so that another SQLite file is not taken for it. */
const APPLICATION_ID = 0x44424548;

/** The data cannot be opened: in use, of another format, or not a file of this emulator. */
export class StorageError extends Error {
  readonly code = 'StorageError';
  readonly storage: string;

  constructor(storage: string, message: string) {
    super(message);
    this.storage = storage;
  }
}

/** An open data file, held by this process alone. */
export interface Database {
  readonly sql: DatabaseSync;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE namespace (generation_id TEXT NOT NULL, created_ms INTEGER NOT NULL);
  CREATE TABLE hubs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, created_ms INTEGER NOT NULL);
  CREATE TABLE consumer_groups (
    hub_id INTEGER NOT NULL, name TEXT NOT NULL COLLATE NOCASE, PRIMARY KEY (hub_id, name)
  );
  CREATE TABLE partitions (id INTEGER PRIMARY KEY, hub_id INTEGER NOT NULL, number INTEGER NOT NULL);
  CREATE TABLE events (
    id INTEGER PRIMARY KEY, event_offset INTEGER NOT NULL, enqueued_ms INTEGER NOT NULL, event BLOB NOT NULL
  );
`;

/** Opens or creates the file; `:memory:` keeps everything in memory. Throws `StorageError`. */
export function openDatabase(storage: string, nowMs: number): Database {
  const inMemory = storage === ':memory:';
  const holderFile = `${storage}.holder`;
  if (!inMemory) mkdirSync(dirname(storage), { recursive: true });

  const sql = new DatabaseSync(storage, { timeout: 0 });
  try {
    // An exclusive lock keeps a second emulator out; it goes with the process, however that ends.
    sql.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
    prepareFormat(sql, storage, nowMs);
    sql.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  } catch (error) {
    sql.close();
    throw asStorageError(error, storage, holderFile);
  }
  if (!inMemory) writeFileSync(holderFile, String(process.pid));

  return {
    sql,
    close() {
      sql.close();
      if (!inMemory) rmSync(holderFile, { force: true });
    },
  };
}

function prepareFormat(sql: DatabaseSync, storage: string, nowMs: number): void {
  const version = pragma(sql, 'user_version');
  const application = pragma(sql, 'application_id');
  const tables = Number(sql.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count']);
  if (application === 0 && version === 0 && tables === 0) {
    sql.exec(`BEGIN; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT_VERSION}`);
    sql.prepare('INSERT INTO namespace VALUES (?, ?)').run(randomUUID(), nowMs);
    sql.exec('COMMIT');
    return;
  }
  if (application !== APPLICATION_ID) {
    throw new StorageError(storage, `${storage} is not a data file of the Event Hubs emulator; choose another`);
  }
  if (version !== FORMAT_VERSION) {
    throw new StorageError(
      storage,
      `${storage} has format version ${version}, this emulator reads ${FORMAT_VERSION}; use the version that wrote it, or delete the file and the checkpoints that belong to it`,
    );
  }
}

const pragma = (sql: DatabaseSync, name: string): number => Number(sql.prepare(`PRAGMA ${name}`).get()?.[name]);

function asStorageError(error: unknown, storage: string, holderFile: string): unknown {
  if (error instanceof StorageError) return error;
  const { errcode, message } = error as { errcode?: number; message: string };
  const resultCode = (errcode ?? 0) & 0xff;
  if (resultCode === 5 || resultCode === 6) {
    return new StorageError(storage, `${storage} is in use by ${readHolder(holderFile)}; stop it first`);
  }
  if (resultCode === 26) return new StorageError(storage, `${storage} is not a SQLite file; choose another`);
  return new StorageError(storage, `${storage} cannot be opened: ${message}`);
}

function readHolder(holderFile: string): string {
  try {
    return `process ${readFileSync(holderFile, 'utf8')}`;
  } catch {
    return 'another process';
  }
}
