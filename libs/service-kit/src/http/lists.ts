import { eventsQuery } from '@daybook/contracts';
import type { Condition } from '@daybook/ports';
import type { Listed, ListQuery } from '@daybook/projections';
import type { Request } from 'express';
import { type EventReading, recordRead, shownEvents } from './audited.ts';
import { Problem } from './problem.ts';
import { validate } from './validate.ts';

export interface ListRequest extends Pick<ListQuery, 'orderBy' | 'partitionKey'> {
  readonly where: readonly Condition[];
  readonly limit: number;
  readonly after: string | undefined;
}

/** A page of a read model as clients get it: `{items, next?}`. @throws Problem 400 for a cursor that is not one of ours */
export async function itemPage<Item extends object>(
  readModel: Listed<Item>,
  { after, ...question }: ListRequest,
  view: (item: Item) => object,
): Promise<{ items: object[]; next?: string }> {
  const page = await readModel.list({ ...question, ...(after === undefined ? {} : { after }) });
  if ('refused' in page) throw new Problem(400, page.code, page.message);
  return { items: page.items.map(view), ...(page.next === undefined ? {} : { next: page.next }) };
}

/**
 * The stored events of a stream for a person, a page at a time, on record; `undefined` when it has none at all.
 *
 * @throws Problem 400; AuditUnavailable
 */
export async function eventPage(
  reading: EventReading,
  request: Request,
  streamId: string,
): Promise<{ items: object[]; next?: string } | undefined> {
  const { after, limit } = validate(eventsQuery, request.query, 'query');
  const { events, complete } = await reading.store.read({ streamId, afterVersion: after, limit });
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return after === 0 ? undefined : { items: [] };
  const read = { action: 'events-read', streamId, fromVersion: first.version, toVersion: last.version } as const;
  await recordRead(reading, request, read);
  return {
    items: await shownEvents(reading, request, events),
    ...(complete ? {} : { next: String(last.version) }),
  };
}
