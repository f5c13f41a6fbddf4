const hidden = ['_rid', '_self', '_attachments'];

/** The document without what only the database's own protocol needs; `_etag`, `_ts` and `_lsn` stay. */
export function withoutSystemFields<T extends object>(document: T): T {
  return Object.fromEntries(Object.entries(document).filter(([field]) => !hidden.includes(field))) as T;
}
