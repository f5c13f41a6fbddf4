import { type BatchOutcome, type Container, type Operation, type Page, type Query, type Runtime } from '@daybook/ports';
import type { Cost, CostMeter } from './costs/cost.ts';
import { type RetryBudget, type RetryPolicy, isTransient, retryBudget } from './retry.ts';
import type { StoredEvent } from './stored-event.ts';

/** The container as one call of the store sees it: with one retry budget and one bill for all its requests. */
export interface Database {
  readonly runtime: Runtime;
  readonly budget: RetryBudget;
  /** One attempt at a batch that writes. */
  write(streamId: string, operations: readonly Operation[]): Promise<BatchOutcome>;
  /** A batch of reads, which the primary answers. */
  readAtPrimary(streamId: string, versions: readonly number[]): Promise<BatchOutcome>;
  /** A point read, in the session's consistency. */
  readOne(streamId: string, version: number): Promise<StoredEvent | undefined>;
  query(query: Query): Promise<Page<StoredEvent>>;
  cost(): Cost;
}

export function createDatabase(
  container: Container,
  runtime: Runtime,
  policy: RetryPolicy,
  meter: CostMeter,
): Database {
  const budget = retryBudget(runtime, policy);

  const count = async <R extends { readonly requestCharge: number }>(request: () => Promise<R>): Promise<R> => {
    let requestCharge = 0;
    try {
      const answer = await request();
      requestCharge = answer.requestCharge;
      return answer;
    } finally {
      meter.add({ requestCharge, roundTrips: 1 });
    }
  };
  const persist = async <R extends { readonly requestCharge: number }>(request: () => Promise<R>): Promise<R> => {
    for (;;) {
      try {
        return await count(request);
      } catch (error) {
        if (!isTransient(error) || !(await budget.pause(error))) throw error;
      }
    }
  };

  return {
    runtime,
    budget,
    write: (streamId, operations) => count(() => container.batch(streamId, operations)),
    readAtPrimary: (streamId, versions) =>
      persist(() =>
        container.batch(
          streamId,
          versions.map((version) => ({ kind: 'read', id: String(version) })),
        ),
      ),
    // Documents of an events container are events: nothing else is ever written there.
    readOne: async (streamId, version) =>
      (await persist(() => container.read(streamId, String(version)))).document as unknown as StoredEvent | undefined,
    query: (query) => persist(() => container.query(query) as Promise<Page<StoredEvent>>),
    cost: () => meter.total(),
  };
}
