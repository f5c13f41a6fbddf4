/** The version of the tables below, kept in `PRAGMA user_version`. A file of another version is refused. */
export const formatVersion = 2;

/** Rows are there for containers whose ranges were split. What version 2 has that version 1 has not. */
export const feedRangesTable = `
  CREATE TABLE feed_ranges (
    container INTEGER NOT NULL,
    id INTEGER NOT NULL,
    min TEXT NOT NULL,
    max TEXT NOT NULL,
    parents TEXT NOT NULL,
    PRIMARY KEY (container, id)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * A number or nothing: what a comparison or an order by `c.version` may use an index for. Events of a stream are read
 * by their version; everything else goes by item id or reads the partition.
 */
export const versionColumn = `CASE json_type(body, '$.version') WHEN 'integer' THEN json_extract(body, '$.version') WHEN 'real' THEN json_extract(body, '$.version') END`;

/** AUTOINCREMENT everywhere: numbers become `_rid`s, and those are never used twice. */
export const schema = `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE databases (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    etag TEXT NOT NULL,
    ts INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE containers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    database INTEGER NOT NULL REFERENCES databases (number),
    id TEXT NOT NULL,
    definition TEXT NOT NULL,
    etag TEXT NOT NULL,
    ts INTEGER NOT NULL,
    lsn INTEGER NOT NULL,
    UNIQUE (database, id)
  ) STRICT;
  CREATE TABLE items (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    container INTEGER NOT NULL,
    pk TEXT NOT NULL,
    id TEXT NOT NULL,
    epk TEXT NOT NULL,
    range INTEGER NOT NULL,
    lsn INTEGER NOT NULL,
    etag TEXT NOT NULL,
    ts INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX items_identity ON items (container, pk, id);
  CREATE INDEX items_feed ON items (container, range, lsn);
  CREATE INDEX items_version ON items (container, pk, ${versionColumn}, number);
  CREATE TABLE unique_keys (
    container INTEGER NOT NULL,
    pk TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (container, pk, ordinal, value)
  ) STRICT, WITHOUT ROWID;
  ${feedRangesTable}
`;
