import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, EventContext, Receiver, Source } from 'rhea';
import { limits } from '../config.ts';
import { AmqpDecodeError } from '../encoding/amqp-bytes.ts';
import type { Transfer } from '../encoding/splice.ts';
import { BATCH_FORMAT, readTransfer } from '../encoding/splice.ts';
import type { HubFault } from '../faults/fault.ts';
import { breakOf } from '../faults/fault.ts';
import type { NextFault } from '../faults/injector.ts';
import type { GroupCommit } from '../log/group-commit.ts';
import { partitionOfKey } from '../partition-key.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Entity } from './paths.ts';
import type { Refusal } from './refusals.ts';
import { isRefusal, refusals } from './refusals.ts';
import { desiredCapabilities, formatOf, localAttach, receiveBytes, refuseLink } from './rhea-access.ts';
import { breakLink } from './strike.ts';

const IDEMPOTENT_PRODUCER = 'com.microsoft:idempotent-producer';

/** Transfers a client may have under way on one link. */
const CREDIT = 200;

export interface SenderDependencies {
  readonly client: ClientConnection;
  readonly commit: GroupCommit;
  readonly nextFault: NextFault;
}

/** Serves a link on which a client sends events (to the server it is a receiver). */
export function serveSender(link: Receiver, entity: Entity, dependencies: SenderDependencies): void {
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
  // As the service does: client libraries name the source in their errors.
  link.set_source({ address: (link.source as Source | undefined)?.address ?? '' });
  localAttach(link).max_message_size = limits.transferBytes;
  receiveBytes(link);
  const receive = createTransferReceiver(link, entity, dependencies);
  link.on('message', receive);
  link.add_credit(CREDIT);
}

/** Takes the transfers of a link, in their order. */
function createTransferReceiver(
  link: Receiver,
  entity: Entity,
  { client, commit, nextFault }: SenderDependencies,
): (context: EventContext) => void {
  /** A transfer that waits, and those behind it. */
  let waiting: Promise<void> | undefined;

  function store(delivery: Delivery, transfer: Transfer, partition: Partition, fault: HubFault | undefined): void {
    const { partitionKey, events } = transfer;
    commit.append(partition, events, { partitionKey, failing: fault?.kind === 'commit-failure' }).then(
      () => {
        if (fault?.kind === 'ack-lost') breakLink(link, client, fault.by ?? 'socket-drop');
        else settle(link, () => delivery.accept());
      },
      (error: unknown) => reject(link, delivery, refusals.internal(`The events could not be stored: ${String(error)}`)),
    );
  }

  function take(delivery: Delivery, transfer: Transfer, partition: Partition, fault: HubFault | undefined): void {
    // Without its link it is stored by the client's next attempt only: a late copy would come after its followers.
    if (!link.is_open()) return;
    const broken = breakOf(fault);
    if (broken !== undefined) breakLink(link, client, broken);
    else if (fault?.kind === 'server-busy') reject(link, delivery, refusals.busy());
    else store(delivery, transfer, partition, fault);
  }

  return (context) => {
    if (!link.is_open()) return;
    const delivery = context.delivery as Delivery;
    const transfer = parseTransfer(delivery, context.message as unknown as Buffer, formatOf(context) === BATCH_FORMAT);
    if (isRefusal(transfer)) return reject(link, delivery, transfer);
    const partition = choosePartition(entity, transfer);
    const fault = nextFault({ operation: 'send', hub: entity.hub.name, partition: String(partition.number) });
    const delayMs = fault?.kind === 'delay' ? fault.ms : 0;
    if (waiting === undefined && delayMs === 0) return take(delivery, transfer, partition, fault);
    const turn: Promise<void> = (waiting ?? Promise.resolve())
      .then(() => (delayMs > 0 ? pause(delayMs, undefined, { ref: false }) : undefined))
      .then(() => {
        if (waiting === turn) waiting = undefined;
        take(delivery, transfer, partition, fault);
      });
    waiting = turn;
  };
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

type Partition = Entity['hub']['partitions'][number];

function choosePartition({ hub, partition }: Entity, { partitionKey }: Transfer): Partition {
  if (partition !== undefined) return partition;
  if (partitionKey === undefined) return hub.nextPartition();
  return hub.partitions[partitionOfKey(partitionKey, hub.partitions.length)] ?? hub.nextPartition();
}

function reject(link: Receiver, delivery: Delivery, { condition, description }: Refusal): void {
  settle(link, () => delivery.reject({ condition, description }));
}

/** The client may have gone while its events were being stored; then there is nobody to tell. */
function settle(link: Receiver, outcome: () => void): void {
  if (!link.is_open()) return;
  outcome();
  link.add_credit(1);
}
