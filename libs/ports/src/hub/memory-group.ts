import type { Fault } from '../container/fault.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { HubHandler, HubSubscription, ReceivedMessage } from './hub.ts';

export interface MemoryGroupDependencies {
  readonly logs: ReadonlyMap<string, readonly ReceivedMessage[]>;
  readonly runtime: Runtime;
  readonly fault: (call: {
    readonly kind: 'checkpoint';
    readonly partitionId: string;
    readonly owner: string;
  }) => Fault | undefined;
}

export interface MemoryGroup {
  join(
    handler: HubHandler,
    options: { readonly owner: string; readonly batchMax?: number; readonly closeLimitMs?: number },
  ): HubSubscription;
  /** Messages have been stored in a partition. */
  arrived(partitionId: string): void;
}

interface Member {
  readonly owner: string;
  readonly handler: HubHandler;
  readonly batchMax: number;
  /** Aborted when closing begins: ends the pause before a redelivery. */
  readonly closing: AbortController;
  /** Aborted when closing has waited long enough: what is still in hand no longer counts. */
  readonly abandoned: AbortController;
  readonly inHand: Set<Promise<void>>;
}

interface PartitionState {
  readonly partitionId: string;
  /** How many messages of the partition are done, durably. */
  checkpoint: number;
  /** How many its present reader has done. */
  position: number;
  owner: Member | undefined;
  reader: Member | undefined;
  pumping: boolean;
}

const pauseMsMin = 100;
const pauseMsMax = 5_000;

/** One consumer group: who holds which partition, how far each has come, and the loops that hand messages out. */
export function memoryGroup({ logs, runtime, fault }: MemoryGroupDependencies): MemoryGroup {
  let members: readonly Member[] = [];
  const partitions = [...logs.keys()].map((partitionId): PartitionState => ({
    partitionId,
    checkpoint: 0,
    position: 0,
    owner: undefined,
    reader: undefined,
    pumping: false,
  }));

  const share = (): void => {
    for (const [index, partition] of partitions.entries()) {
      partition.owner = members[index % Math.max(1, members.length)];
      start(partition);
    }
  };

  // One loop per partition, whoever owns it: the next owner cannot begin before the last one has put down what it held.
  const start = (partition: PartitionState): void => {
    if (partition.pumping) return;
    partition.pumping = true;
    void pump(partition);
  };
  const pump = async (partition: PartitionState): Promise<void> => {
    for (;;) {
      await Promise.resolve();
      const { owner } = partition;
      if (owner !== partition.reader) {
        partition.reader = owner;
        partition.position = partition.checkpoint;
      }
      const batch =
        owner && logs.get(partition.partitionId)!.slice(partition.position, partition.position + owner.batchMax);
      if (owner === undefined || batch === undefined || batch.length === 0) break;
      await deliver(partition, owner, batch);
    }
    partition.pumping = false;
  };

  const deliver = async (
    partition: PartitionState,
    member: Member,
    batch: readonly ReceivedMessage[],
  ): Promise<void> => {
    for (let pauseMs = pauseMsMin; partition.owner === member; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      try {
        if (!(await handled(member, batch))) return;
        partition.position += batch.length;
        const { partitionId } = partition;
        const failed = fault({ kind: 'checkpoint', partitionId, owner: member.owner });
        if (failed === undefined) partition.checkpoint = partition.position;
        return;
      } catch (error) {
        member.handler.onError?.(error);
        await runtime.sleep(pauseMs, member.closing.signal);
      }
    }
  };

  /** False when the member was abandoned before it had finished. */
  const handled = async (member: Member, batch: readonly ReceivedMessage[]): Promise<boolean> => {
    const { signal } = member.abandoned;
    const work = Promise.resolve().then(() => member.handler.onMessages(batch, signal));
    const settled = work.catch(() => undefined);
    member.inHand.add(settled);
    void settled.then(() => member.inHand.delete(settled));
    const giveUp = Promise.withResolvers<void>();
    const abandoned = (): void => giveUp.resolve();
    signal.addEventListener('abort', abandoned);
    try {
      await Promise.race([work, giveUp.promise]);
    } finally {
      signal.removeEventListener('abort', abandoned);
    }
    return !signal.aborted;
  };

  const leave = async (member: Member, closeLimitMs: number): Promise<void> => {
    members = members.filter((other) => other !== member);
    member.closing.abort();
    share();
    const finished = new AbortController();
    await Promise.race([
      Promise.all(member.inHand).then(() => finished.abort()),
      runtime.sleep(closeLimitMs, finished.signal).then(() => member.abandoned.abort()),
    ]);
  };

  return {
    join(handler, options) {
      const member: Member = {
        owner: options.owner,
        handler,
        batchMax: options.batchMax ?? 100,
        closing: new AbortController(),
        abandoned: new AbortController(),
        inHand: new Set(),
      };
      members = [...members, member];
      share();
      let closed: Promise<void> | undefined;
      return {
        heardAtMs: () => runtime.now(),
        lag: () =>
          partitions
            .filter(({ owner }) => owner === member)
            .map(({ partitionId, checkpoint }) => ({
              partitionId,
              behind: (logs.get(partitionId)?.length ?? 0) - checkpoint,
            })),
        partitions: () => partitions.filter(({ owner }) => owner === member).map(({ partitionId }) => partitionId),
        close: () => (closed ??= leave(member, options.closeLimitMs ?? 10_000)),
      };
    },
    arrived(partitionId) {
      const partition = partitions.find((candidate) => candidate.partitionId === partitionId);
      if (partition !== undefined) start(partition);
    },
  };
}
