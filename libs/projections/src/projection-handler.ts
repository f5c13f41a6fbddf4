import type { KeyHandler } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import type { ApplyContext, Projector } from './build.ts';

/** `keyOf`, `orderOf` and `timeOf` for a feed of an events container: streams are the keys, versions the order. */
export const eventFeed = {
  keyOf: (event: StoredEvent): string => event.streamId,
  orderOf: (event: StoredEvent): number => event.version,
  timeOf: (event: StoredEvent): number => Date.parse(event.recordedAt),
};

/**
 * Plugs read models into a feed processor in key mode: one processor drives several. Each gets the events of the streams that concern
 * it. Where one fails, the feed gives the same events again, and those that had them already drop them.
 *
 * @param context what they are told beside the events, asked for at each call; default: live
 */
export function projectionHandler(
  projections: readonly Projector[],
  context: () => ApplyContext = () => ({ live: true }),
): KeyHandler<StoredEvent> {
  return async (events, { key }) => {
    const concerned = projections.filter((projection) => projection.concerns(key));
    const told = context();
    const results = await Promise.allSettled(concerned.map((projection) => projection.apply(events, told)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
}
