import { type HubName, parseIntentKey } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import type { HubProducer } from '@daybook/ports';
import { cloudEventOf } from './cloud-event.ts';
import type { EventParking } from './feed-parking.ts';
import { createSender, type Outgoing } from './sender.ts';

export type Route = (event: StoredEvent) => readonly Outgoing[];

export interface RelayOptions {
  readonly route: Route;
  readonly producers: (hub: HubName) => HubProducer;
  /** Where an event goes that cannot be published, with all that follow of its stream. Without it the page is tried for ever. */
  readonly parking?: EventParking;
}

export interface Relay {
  /**
   * For the page mode of a feed processor. Resolves when the hubs have stored every message, so the checkpoint comes after. With
   * `parking`, an event that cannot be published (larger than a hub takes, or a route fails on it) is parked at the third attempt.
   *
   * @throws HubError, or what a route throws: the page is to be given again; what was already stored is then stored twice
   */
  handlePage(documents: readonly StoredEvent[], context?: { readonly attempt: number }): Promise<void>;
  /** Sends events whatever is parked: what parked ones are replayed to. @throws as `handlePage` */
  publish(documents: readonly StoredEvent[]): Promise<void>;
}

const attemptsBeforeParking = 3;

export function createRelay({ route, producers, parking }: RelayOptions): Relay {
  const send = createSender(producers);
  const publish = (documents: readonly StoredEvent[]): Promise<void> => send(documents.flatMap(route));

  /** Event by event, so that only the one that cannot be published, and what follows it in its stream, is parked. */
  const publishStream = async (place: EventParking, events: readonly StoredEvent[], attempt: number): Promise<void> => {
    for (const [index, event] of events.entries()) {
      try {
        await publish([event]);
      } catch (error) {
        if (place.isTransient(error)) throw error;
        await place.park(event.streamId, event, error, attempt);
        const rest = events.slice(index + 1);
        if (rest.length === 0 || (await place.follow(event.streamId, rest))) return;
      }
    }
  };

  const publishOrPark = async (
    place: EventParking,
    streams: readonly (readonly StoredEvent[])[],
    attempt: number,
  ): Promise<void> => {
    const free: (readonly StoredEvent[])[] = [];
    for (const events of streams) {
      const key = events[0]?.streamId ?? '';
      if (!place.parked(key) || !(await place.follow(key, events))) free.push(events);
    }
    try {
      await publish(free.flat());
    } catch (error) {
      if (attempt < attemptsBeforeParking || place.isTransient(error)) throw error;
      for (const events of free) await publishStream(place, events, attempt);
    }
  };

  return {
    async handlePage(documents, { attempt } = { attempt: 1 }) {
      const streams = inStreamOrder(documents);
      await (parking === undefined ? publish(streams.flat()) : publishOrPark(parking, streams, attempt));
    },
    publish,
  };
}

/** By stream, in the order of their versions: only that order counts, and events of one transaction come in any. */
export function inStreamOrder(documents: readonly StoredEvent[]): readonly (readonly StoredEvent[])[] {
  const byStream = new Map<string, StoredEvent[]>();
  for (const event of documents) {
    const events = byStream.get(event.streamId) ?? [];
    events.push(event);
    byStream.set(event.streamId, events);
  }
  return [...byStream.values()].map((events) => events.sort((a, b) => a.version - b.version));
}

/** Every event to the service's own hub, keyed by stream. */
export function eventRoute(hub: HubName, service: string): Route {
  return (event) => [{ hub, key: event.streamId, message: cloudEventOf(event, service) }];
}

/** Events that answer a saga's intent, to `saga-inputs`, keyed by saga. */
export function replyRoute(service: string): Route {
  return (event) => {
    const intent = parseIntentKey(event.metadata.commandKey);
    return intent === undefined
      ? []
      : [{ hub: 'saga-inputs', key: intent.sagaId, message: cloudEventOf(event, service) }];
  };
}
