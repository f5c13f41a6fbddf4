import { type CloudEvent, type HubName, parseIntentKey } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import type { HubMessage, HubProducer } from '@daybook/ports';
import { cloudEventOf, hubMessageId } from './cloud-event.ts';
import { partitionOf } from './partition.ts';

/** A message for a hub, and the key that keeps it in order there. */
export interface Outgoing {
  readonly hub: HubName;
  readonly key: string;
  readonly message: CloudEvent;
}

export type Route = (event: StoredEvent) => readonly Outgoing[];

export interface RelayOptions {
  readonly route: Route;
  readonly producers: (hub: HubName) => HubProducer;
}

export interface Relay {
  /**
   * For the page mode of a feed processor. Resolves when the hubs have stored every message, so the checkpoint comes after.
   *
   * @throws HubError: the page is to be given again; what was already stored is then stored twice
   */
  handlePage(documents: readonly StoredEvent[]): Promise<void>;
}

export function createRelay({ route, producers }: RelayOptions): Relay {
  const partitionIds = new Map<HubName, readonly string[]>();

  const idsOf = async (hub: HubName): Promise<readonly string[]> => {
    const known = partitionIds.get(hub);
    if (known !== undefined) return known;
    const ids = [...(await producers(hub).partitionIds())].sort((a, b) => Number(a) - Number(b));
    partitionIds.set(hub, ids);
    return ids;
  };

  const sendTo = async (hub: HubName, outgoing: readonly Outgoing[]): Promise<void> => {
    const ids = await idsOf(hub);
    const batches = new Map<string, HubMessage[]>();
    for (const { key, message } of outgoing) {
      const id = ids[partitionOf(key, ids.length)] as string;
      const batch = batches.get(id) ?? [];
      batch.push({ messageId: hubMessageId(message.id), key, body: message });
      batches.set(id, batch);
    }
    await settled([...batches].map(([id, messages]) => producers(hub).send(id, messages)));
  };

  return {
    async handlePage(documents) {
      const byHub = new Map<HubName, Outgoing[]>();
      for (const outgoing of inStreamOrder(documents).flatMap(route)) {
        const list = byHub.get(outgoing.hub) ?? [];
        list.push(outgoing);
        byHub.set(outgoing.hub, list);
      }
      await settled([...byHub].map(([hub, outgoing]) => sendTo(hub, outgoing)));
    },
  };
}

/** Waits for all, then throws the first error: a retried page must not overtake a send that still runs. */
async function settled(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason;
}

/** Only the order within a stream counts: events of one transaction come in any order. */
function inStreamOrder(documents: readonly StoredEvent[]): readonly StoredEvent[] {
  const byStream = new Map<string, StoredEvent[]>();
  for (const event of documents) {
    const events = byStream.get(event.streamId) ?? [];
    events.push(event);
    byStream.set(event.streamId, events);
  }
  return [...byStream.values()].flatMap((events) => events.sort((a, b) => a.version - b.version));
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
