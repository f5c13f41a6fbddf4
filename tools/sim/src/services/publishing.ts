import { outboxContainer } from '@daybook/contracts';
import type { EventStore, StoredEvent } from '@daybook/eventstore';
import {
  createHybridPublisher,
  createOutbox,
  createRelay,
  type EventParking,
  type Outbox,
  type Relay,
  type Route,
} from '@daybook/messaging';
import type { Container, HubProducer } from '@daybook/ports';
import type { HubName } from '@daybook/contracts';
import type { SimProcess } from '../world/process.ts';

export interface Publishing {
  /** For the feed of the events. */
  readonly handlePage: Relay['handlePage'];
  /** What the relay's parked events are replayed to. */
  readonly publish: Relay['publish'];
  /** Told of what this process has appended. */
  appended(events: readonly StoredEvent[]): void;
  /** Where there is one: a feed of its container publishes. */
  readonly outbox?: { readonly container: Container; readonly publish: Outbox['publish'] };
}

export interface PublishingOptions {
  readonly process: SimProcess;
  readonly store: EventStore;
  readonly route: Route;
  readonly parking: EventParking;
}

const nothing = (): void => undefined;

/** As the profile wants it: from the feed, right after the append besides, or by an outbox. */
export function publishing({ process, store, route, parking }: PublishingOptions): Publishing {
  const { world, service, runtime } = process;
  const known = new Map<HubName, HubProducer>();
  const producers = (hub: HubName): HubProducer => {
    const producer = known.get(hub) ?? process.producer(hub);
    known.set(hub, producer);
    return producer;
  };
  const ports = { route, producers };
  if (world.mutation === 'publish-after-commit') {
    const { publish } = createRelay(ports);
    // What could not be sent then is never sent: the feed does not look after it.
    const appended = (events: readonly StoredEvent[]): void => void publish(events).catch(nothing);
    return { handlePage: () => Promise.resolve(), publish, appended };
  }
  switch (world.profile.publishing) {
    case 'feed':
      return { ...createRelay({ ...ports, parking }), appended: nothing };
    case 'hybrid':
      return createHybridPublisher({ ...ports, parking });
    case 'outbox': {
      const relay = createRelay(ports);
      const container = process.container(outboxContainer(service));
      const readEvent = (streamId: string, version: number) => store.readEvent(streamId, version);
      const outbox = createOutbox({ container, relay, runtime, readEvent });
      return {
        handlePage: (documents) => outbox.derive(documents),
        publish: relay.publish,
        appended: nothing,
        outbox: { container, publish: outbox.publish },
      };
    }
  }
}
