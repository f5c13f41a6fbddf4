import type { Checkpoint, CheckpointStore, PartitionOwnership, Subscription } from '@azure/event-hubs';
import { EventHubConsumerClient } from '@azure/event-hubs';
import type { Started } from './test-support.ts';
import { errorOf, numbered, receive, retryOptions, startEmulator } from './test-support.ts';

describe('owner levels of receivers', () => {
  let started: Started;
  const open: Subscription[] = [];
  beforeEach(async () => {
    started = await startEmulator();
    await started.producer().sendBatch(numbered(1), { partitionId: '0' });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((subscription) => subscription.close()));
    await started.stop();
  });

  /** A receiver that stays attached; resolves when its first event came. */
  async function attach(ownerLevel?: number): Promise<{ lost: Promise<Error & { code?: string }> }> {
    const first = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<Error & { code?: string }>();
    const subscription = started.consumer().subscribe(
      '0',
      {
        processEvents: async (events) => {
          if (events.length > 0) first.resolve();
        },
        processError: async (error) => {
          first.reject(error);
          lost.resolve(error);
        },
      },
      { startPosition: { offset: '-1' }, ...(ownerLevel === undefined ? {} : { ownerLevel }) },
    );
    open.push(subscription);
    await first.promise;
    return { lost: lost.promise };
  }

  it.each([
    ['an equal', 1, 1],
    ['a higher', 1, 2],
    ['any', undefined, 1],
  ])('lets %s level take the partition', async (_name, held, taking) => {
    const loser = await attach(held);
    await attach(taking);
    const error = await loser.lost;
    expect(error).toMatchObject({ code: 'ReceiverDisconnectedError' });
    expect(error.message).toContain(`with higher epoch of '${taking}' is created`);
  });

  it.each([
    ['a lower level', 1],
    ['no level', undefined],
  ])('refuses %s while the partition is held', async (_name, ownerLevel) => {
    await attach(2);
    expect(await errorOf(attach(ownerLevel))).toMatchObject({ code: 'ReceiverDisconnectedError' });
  });

  it('lets a lower level in when the holder has gone', async () => {
    await receive(started.consumer(), '0', 1, { offset: '-1' }, { ownerLevel: 5 });
    await attach(1);
  });

  it('has room for five receivers without a level', async () => {
    for (let count = 0; count < 5; count += 1) await attach();
    expect(await errorOf(attach())).toMatchObject({ code: 'QuotaExceededError' });
  });

  it('shares the partitions of two consumers, and the survivor takes over', async () => {
    const store = createCheckpointStore();
    const first = join(store);
    await first.owns((partitions) => partitions.size === 4);
    const second = join(store);
    await second.owns((partitions) => partitions.size === 2);
    await first.owns((partitions) => partitions.size === 2);
    await second.leave();
    await first.owns((partitions) => partitions.size === 4);
    await first.leave();
  });

  /** A load-balancing consumer and the partitions it believes to own. */
  function join(store: CheckpointStore) {
    const partitions = new Set<string>();
    let changed = Promise.withResolvers<void>();
    const client = new EventHubConsumerClient('projections', started.connectionString, 'orders', store, {
      retryOptions,
      loadBalancingOptions: {
        strategy: 'greedy',
        updateIntervalInMs: 100,
        partitionOwnershipExpirationIntervalInMs: 2000,
      },
    });
    const change = (): void => {
      changed.resolve();
      changed = Promise.withResolvers();
    };
    const subscription = client.subscribe({
      processInitialize: async ({ partitionId }) => {
        partitions.add(partitionId);
        change();
      },
      processClose: async (_reason, { partitionId }) => {
        partitions.delete(partitionId);
        change();
      },
      processEvents: async () => undefined,
      processError: async () => undefined,
    });
    return {
      async owns(condition: (owned: ReadonlySet<string>) => boolean) {
        while (!condition(partitions)) await changed.promise;
      },
      async leave() {
        await subscription.close();
        await client.close();
      },
    };
  }
});

function createCheckpointStore(): CheckpointStore {
  const ownerships = new Map<string, PartitionOwnership>();
  const checkpoints = new Map<string, Checkpoint>();
  let version = 0;
  return {
    listOwnership: async () => [...ownerships.values()],
    listCheckpoints: async () => [...checkpoints.values()],
    updateCheckpoint: async (checkpoint) => void checkpoints.set(checkpoint.partitionId, checkpoint),
    claimOwnership: async (claims) =>
      claims.flatMap((claim) => {
        const current = ownerships.get(claim.partitionId);
        if (current !== undefined && current.etag !== claim.etag) return [];
        version += 1;
        const claimed = { ...claim, etag: String(version), lastModifiedTimeInMs: Date.now() };
        ownerships.set(claim.partitionId, claimed);
        return [claimed];
      }),
  };
}
