import { limits } from '../config.ts';
import type { Refusal } from './refusals.ts';
import { refusals } from './refusals.ts';

/** A receiver attached to a partition of a consumer group. */
export interface AttachedReceiver {
  readonly name: string;
  /** The owner level; undefined for a receiver that shares the partition. */
  readonly epoch: number | undefined;
  /** Takes the partition away from it. */
  disconnect(reason: Refusal): void;
}

/**
 * Who reads a partition of a consumer group: any number up to the limit without an epoch, or exactly one with one. A
 * receiver with an equal or a higher epoch takes the partition; a lower one, and one without, are refused while it is held.
 */
export interface Ownership {
  attach(key: string, receiver: AttachedReceiver): Refusal | undefined;
  detach(key: string, receiver: AttachedReceiver): void;
}

export function createOwnership(): Ownership {
  const attached = new Map<string, Set<AttachedReceiver>>();

  return {
    attach(key, receiver) {
      const current = attached.get(key) ?? new Set();
      const refusal = refuse([...current], receiver);
      if (refusal !== undefined) return refusal;
      const stolen = receiver.epoch === undefined ? [] : [...current];
      for (const loser of stolen) current.delete(loser);
      current.add(receiver);
      attached.set(key, current);
      for (const loser of stolen) loser.disconnect(takenBy(receiver, loser));
      return undefined;
    },
    detach(key, receiver) {
      const current = attached.get(key);
      current?.delete(receiver);
      if (current?.size === 0) attached.delete(key);
    },
  };
}

function refuse(current: readonly AttachedReceiver[], receiver: AttachedReceiver): Refusal | undefined {
  const owner = current.find((other) => other.epoch !== undefined);
  if (owner?.epoch === undefined) {
    return receiver.epoch === undefined && current.length >= limits.receiversPerPartition
      ? refusals.tooManyReceivers(
          limits.receiversPerPartition,
          current.map((other) => other.name),
        )
      : undefined;
  }
  if (receiver.epoch === undefined) {
    return refusals.stolen(
      `At least one receiver for the endpoint is created with epoch of '${owner.epoch}', and so non-epoch receiver is not allowed. ` +
        'Either reconnect with a higher epoch, or make sure all epoch receivers are closed or disconnected.',
    );
  }
  if (receiver.epoch >= owner.epoch) return undefined;
  return refusals.stolen(
    `Receiver '${owner.name}' with a higher epoch '${owner.epoch}' already exists. ` +
      `Receiver '${receiver.name}' with epoch ${receiver.epoch} cannot be created. ` +
      'Make sure you are creating receiver with increasing epoch value to ensure connectivity, or ensure all old epoch receivers are closed or disconnected.',
  );
}

const takenBy = (winner: AttachedReceiver, loser: AttachedReceiver): Refusal =>
  refusals.stolen(
    `New receiver '${winner.name}' with higher epoch of '${winner.epoch}' is created hence current receiver '${loser.name}' ` +
      `with epoch '${loser.epoch ?? -1}' is getting disconnected. If you are recreating the receiver, make sure a higher epoch is used.`,
  );
