import type { Decider } from '@daybook/ports';
import type { EventCodec } from '../codec.ts';
import { InvalidAppend } from '../errors.ts';
import type { EventStore } from '../event-store.ts';
import type { DomainEvent, StoredEvent } from '../stored-event.ts';

/**
 * A point in the past of a stream. `version`: after that event. `instant` (UTC, ISO 8601 with milliseconds, as `recordedAt` is): after
 * the last event that was recorded at it or before; within a stream `recordedAt` never goes backwards, so this is one version.
 */
export type AsOf = { readonly version: number } | { readonly instant: string };

/** The state of one aggregate at a point in its past. */
export interface Past<S> {
  readonly state: S;
  /** The last version that counts: lower than the one asked for where the stream has not reached that. 0: there was no event yet. */
  readonly version: number;
  /** `recordedAt` of that version; absent at version 0. */
  readonly recordedAt?: string;
}

const pageSize = 200;

/** The events of a stream up to a point in its past, oldest first, read in pages as they are asked for. @throws InvalidAppend */
export async function* eventsAsOf(
  store: Pick<EventStore, 'read'>,
  streamId: string,
  asOf: AsOf,
): AsyncGenerator<StoredEvent, void, undefined> {
  for await (const page of pagesAsOf(store, streamId, asOf)) yield* page;
}

/** Folds the events up to a point in the past. Knows nothing of states in memory or snapshots: they are of another time. */
export async function stateAsOf<C, E extends DomainEvent, S>(
  source: {
    readonly store: Pick<EventStore, 'read'>;
    readonly codec: EventCodec<E>;
    readonly decider: Pick<Decider<C, E, S>, 'initial' | 'evolve'>;
  },
  streamId: string,
  asOf: AsOf,
): Promise<Past<S>> {
  const { store, codec, decider } = source;
  let past: Past<S> = { state: decider.initial, version: 0 };
  for await (const page of pagesAsOf(store, streamId, asOf)) {
    await codec.prepareDecode?.(page);
    for (const stored of page) {
      const { version, recordedAt } = stored;
      past = {
        state: codec.decodeAll(stored).reduce((state, event) => decider.evolve(state, event), past.state),
        version,
        recordedAt,
      };
    }
  }
  return past;
}

async function* pagesAsOf(
  store: Pick<EventStore, 'read'>,
  streamId: string,
  asOf: AsOf,
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  check(asOf);
  const bound = 'version' in asOf ? { beforeVersion: asOf.version + 1 } : {};
  for (let afterVersion = 0; ;) {
    const { events, complete } = await store.read({ streamId, afterVersion, limit: pageSize, ...bound });
    const later = 'instant' in asOf ? events.findIndex(({ recordedAt }) => recordedAt > asOf.instant) : -1;
    yield later < 0 ? events : events.slice(0, later);
    if (complete || later >= 0) return;
    afterVersion = events.at(-1)?.version ?? afterVersion;
  }
}

function check(asOf: AsOf): void {
  if ('version' in asOf) {
    if (Number.isSafeInteger(asOf.version) && asOf.version >= 0) return;
    throw new InvalidAppend('asOf.version', `must be a whole number from 0 on, it is ${asOf.version}`);
  }
  // Instants are compared as text with `recordedAt`: any other way of writing one would compare wrongly.
  const time = Date.parse(asOf.instant);
  if (Number.isNaN(time) || new Date(time).toISOString() !== asOf.instant) {
    const example = '2010-12-01T08:26:00.000Z';
    throw new InvalidAppend('asOf.instant', `must be UTC with milliseconds (${example}), it is ${asOf.instant}`);
  }
}
