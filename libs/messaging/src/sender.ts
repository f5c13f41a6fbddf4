import type { CloudEvent, HubName } from '@daybook/contracts';
import type { HubMessage, HubProducer } from '@daybook/ports';
import { hubMessageId } from './cloud-event.ts';
import { partitionOf } from './partition.ts';

/** A message for a hub, and the key that keeps it in order there. */
export interface Outgoing {
  readonly hub: HubName;
  readonly key: string;
  readonly message: CloudEvent;
}

/** Sends messages in full batches by partition. Resolves when the hubs have stored all of them. @throws HubError */
export type Sender = (outgoing: readonly Outgoing[]) => Promise<void>;

/** Messages of one key that are given in one call are stored in their order; calls that run beside each other promise none. */
export function createSender(producers: (hub: HubName) => HubProducer): Sender {
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

  return (outgoing) =>
    settled([...Map.groupBy(outgoing, ({ hub }) => hub)].map(([hub, messages]) => sendTo(hub, messages)));
}

/** Waits for all, then throws the first error: a retried page must not overtake a send that still runs. */
async function settled(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason;
}
