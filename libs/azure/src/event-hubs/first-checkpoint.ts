import type { CheckpointStore, PartitionProperties } from '@azure/event-hubs';
import type { ContainerClient } from '@azure/storage-blob';

/** Where a consumer group's progress in one partition is kept. */
export interface CheckpointPlace {
  readonly fullyQualifiedNamespace: string;
  readonly hub: string;
  readonly group: string;
  readonly partitionId: string;
}

/** Before the first message: the SDK's own mark for the beginning. */
const beginning = '-1';

/**
 * The last message that was done, by the checkpoint; where there is none it is written, for before the first message that is left. Without
 * it whoever scales the consumers by their checkpoints would count every message that ever was.
 *
 * The blob is the SDK's own, and one that somebody has written meanwhile is left alone.
 */
export async function firstCheckpoint(
  store: CheckpointStore,
  checkpoints: ContainerClient,
  place: CheckpointPlace,
  partition: PartitionProperties,
): Promise<number> {
  const { fullyQualifiedNamespace, hub, group, partitionId } = place;
  const known = await store.listCheckpoints(fullyQualifiedNamespace, hub, group);
  const found = known.find((each) => each.partitionId === partitionId);
  if (found !== undefined) return found.sequenceNumber;
  const { isEmpty, lastEnqueuedSequenceNumber, lastEnqueuedOffset, beginningSequenceNumber } = partition;
  const done = isEmpty ? lastEnqueuedSequenceNumber : beginningSequenceNumber - 1;
  const offset = isEmpty && lastEnqueuedSequenceNumber >= 0 ? String(lastEnqueuedOffset) : beginning;
  const name = `${fullyQualifiedNamespace}/${hub}/${group}/checkpoint/`.toLowerCase() + partitionId;
  const blob = checkpoints.getBlockBlobClient(name);
  await blob
    .upload('', 0, { metadata: { sequencenumber: String(done), offset }, conditions: { ifNoneMatch: '*' } })
    .catch((error: unknown) => {
      if (!isTaken(error)) throw error;
    });
  return done;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && [409, 412].includes(Number(error.statusCode));
}
