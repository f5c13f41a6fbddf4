import type { Hub, Namespace } from '../log/namespace.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Refusal } from './refusals.ts';
import { refusals } from './refusals.ts';

/** What the address of a link names. */
export interface Entity {
  readonly hub: Hub;
  readonly consumerGroup: string | undefined;
  readonly partition: PartitionLog | undefined;
}

const pathPattern = /^([^/]+)(?:\/ConsumerGroups\/([^/]+))?(?:\/Partitions\/([^/]+))?(?:\/\$management)?$/i;

/** `hub`, `hub/Partitions/N` or `hub/ConsumerGroups/G/Partitions/N`, in any case. */
export function findEntity(namespace: Namespace, path: string): Entity | Refusal {
  const [, hubName, groupName, partitionId] = pathPattern.exec(path) ?? [];
  const hub = hubName === undefined ? undefined : namespace.findHub(hubName);
  if (hub === undefined) return refusals.entityNotFound(path);
  const consumerGroup = groupName === undefined ? undefined : hub.findConsumerGroup(groupName);
  if (groupName !== undefined && consumerGroup === undefined) return refusals.entityNotFound(path);
  if (partitionId === undefined) return { hub, consumerGroup, partition: undefined };
  const partition = findPartition(hub, partitionId);
  return 'number' in partition ? { hub, consumerGroup, partition } : partition;
}

export function findPartition(hub: Hub, partitionId: string): PartitionLog | Refusal {
  const partition = /^\d{1,9}$/.test(partitionId) ? hub.partitions[Number(partitionId)] : undefined;
  return partition ?? refusals.partitionOutOfRange(partitionId, hub.partitions.length);
}

/** The path of an address or audience: without scheme and host, and without slashes around it. */
export const pathOf = (address: string): string =>
  address
    .replace(/^[a-z]+:\/\/[^/]*/i, '')
    .replace(/^\/+/, '')
    .replace(/\/+$/, '');
