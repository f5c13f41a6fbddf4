import type { StoredEvent } from '@daybook/eventstore';

/** An event as clients see it: without what only the database needs. */
export function shownEvent({ id: _id, _etag, _ts, _lsn, dedup: _dedup, ...event }: StoredEvent): object {
  return event;
}
