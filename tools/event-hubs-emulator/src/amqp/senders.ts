import type { Delivery, EventContext, Receiver } from 'rhea';
import { limits } from '../config.ts';
import { AmqpDecodeError } from '../encoding/amqp-bytes.ts';
import type { Transfer } from '../encoding/splice.ts';
import { BATCH_FORMAT, readTransfer } from '../encoding/splice.ts';
import type { Namespace } from '../log/namespace.ts';
import { partitionOfKey } from '../partition-key.ts';
import type { Entity } from './paths.ts';
import type { Refusal } from './refusals.ts';
import { isRefusal, refusals } from './refusals.ts';
import { desiredCapabilities, formatOf, localAttach, receiveBytes, refuseLink } from './rhea-access.ts';

const IDEMPOTENT_PRODUCER = 'com.microsoft:idempotent-producer';

/** Transfers a client may have under way on one link. */
const CREDIT = 200;

/** Serves a link on which a client sends events (to the server it is a receiver). */
export function serveSender(link: Receiver, entity: Entity, namespace: Namespace): void {
  const capabilities = desiredCapabilities(link);
  if (capabilities.includes(IDEMPOTENT_PRODUCER)) {
    refuseLink(
      link,
      refusals.notImplemented(
        'This emulator does not remove duplicates of idempotent producers; set enableIdempotentRetries to false',
      ),
    );
    return;
  }
  if (entity.consumerGroup !== undefined) {
    refuseLink(link, refusals.argument('Events are sent to a hub or a partition, not to a consumer group'));
    return;
  }
  link.set_target({ address: link.target.address });
  localAttach(link).max_message_size = limits.transferBytes;
  receiveBytes(link);
  link.on('message', (context: EventContext) => receiveTransfer(context, link, entity, namespace));
  link.add_credit(CREDIT);
}

function receiveTransfer(context: EventContext, link: Receiver, entity: Entity, namespace: Namespace): void {
  const delivery = context.delivery as Delivery;
  const transfer = parseTransfer(delivery, context.message as unknown as Buffer, formatOf(context) === BATCH_FORMAT);
  if (isRefusal(transfer)) {
    settle(link, () => delivery.reject({ condition: transfer.condition, description: transfer.description }));
    return;
  }
  const partition = choosePartition(entity, transfer);
  namespace.commit.append(partition, transfer.events, transfer.partitionKey).then(
    () => settle(link, () => delivery.accept()),
    (error: unknown) => {
      const refusal = refusals.internal(`The events could not be stored: ${String(error)}`);
      settle(link, () => delivery.reject({ condition: refusal.condition, description: refusal.description }));
    },
  );
}

function parseTransfer(delivery: Delivery, payload: Buffer, isBatch: boolean): Transfer | Refusal {
  if (payload.length > limits.transferBytes) {
    return refusals.tooLarge(delivery.id, payload.length, limits.transferBytes);
  }
  try {
    return readTransfer(payload, isBatch);
  } catch (error) {
    if (error instanceof AmqpDecodeError) return refusals.malformed(error.message);
    throw error;
  }
}

function choosePartition({ hub, partition }: Entity, { partitionKey }: Transfer): Entity['hub']['partitions'][number] {
  if (partition !== undefined) return partition;
  if (partitionKey === undefined) return hub.nextPartition();
  return hub.partitions[partitionOfKey(partitionKey, hub.partitions.length)] ?? hub.nextPartition();
}

/** The client may have gone while its events were being stored; then there is nobody to tell. */
function settle(link: Receiver, outcome: () => void): void {
  if (!link.is_open()) return;
  outcome();
  link.add_credit(1);
}
