import type { Document, FeedRange, Stored } from '@daybook/ports';
import type {
  FeedContext,
  FeedErrorContext,
  FeedLimits,
  FeedProcessorOptions,
  KeyHandler,
  RangeHealth,
} from './feed-options.ts';
import type { HeldLease } from './held-lease.ts';
import { type Lanes, createLanes } from './lanes.ts';
import { createLowWater } from './low-water.ts';
import { tellError } from './tell.ts';
import { createWakeup, retryPauseMs } from './wakeup.ts';

/** The work on one range from the moment its lease was taken to the moment it was lost or given back. */
export interface RangeSession {
  /** Resolves when the work has ended, whichever way. */
  readonly closed: Promise<void>;
  /** Finishes what runs, writes the checkpoint, gives the lease back. */
  stop(): Promise<void>;
  nudge(): void;
  health(): RangeHealth;
}

export interface RangeSessionOptions<T extends Document> {
  readonly feed: FeedProcessorOptions<T>;
  readonly limits: FeedLimits;
  readonly range: FeedRange;
  readonly lease: HeldLease;
}

export function openRangeSession<T extends Document>(session: RangeSessionOptions<T>): RangeSession {
  const { feed, limits, range, lease } = session;
  const { runtime } = feed;
  const rangeId = range.id;
  const byPage = feed.handlePage !== undefined;

  const stopping = new AbortController();
  const abort = new AbortController();
  const drained = new AbortController();
  const room = createWakeup(runtime);
  const idle = createWakeup(runtime);
  const keeper = createWakeup(runtime);
  const lowWater = createLowWater(lease.continuation, () => keeper.wake());

  let lagging = false;
  let progressAtMs = runtime.now();
  let lastError: string | undefined;
  const report = (error: unknown, context: Omit<FeedErrorContext, 'rangeId'>): void => {
    lastError = error instanceof Error ? error.message : String(error);
    tellError(feed, error, { ...context, rangeId });
  };

  const { parking } = feed;
  /** One key's documents: to the handler, or behind those of their key that are parked. */
  const handleKey = async (
    key: string,
    documents: readonly Stored<T>[],
    context: FeedContext,
    handler: KeyHandler<T>,
  ): Promise<void> => {
    if (parking?.parked(key) === true && (await parking.follow(key, documents))) return;
    await handler(documents, { ...context, key });
  };
  const onPoison =
    parking === undefined || byPage
      ? feed.onPoison
      : async (documents: readonly Stored<T>[], error: unknown, { attempt }: FeedContext): Promise<void> => {
          for (const document of documents) await parking.park(feed.keyOf(document), document, error, attempt);
        };

  const lanes: Lanes<T> = createLanes<T>({
    limits,
    runtime,
    rangeId,
    maxConcurrent: byPage ? 1 : limits.maxConcurrentKeys,
    maxBatch: byPage ? 1 : limits.pageSize,
    abort: abort.signal,
    isCurrent: () => lease.isCurrent(),
    handle: (key, documents, context) =>
      feed.handlePage !== undefined
        ? feed.handlePage(documents, context)
        : handleKey(key, documents, context, feed.handleKey),
    ...(onPoison === undefined ? {} : { onPoison }),
    counts: (error) => parking?.isTransient(error) !== true,
    onError: (error, during, key, attempt) => report(error, { during, attempt, ...(byPage ? {} : { key }) }),
    onDone: () => {
      progressAtMs = runtime.now();
      room.wake();
    },
  });

  const accept = (documents: readonly Stored<T>[], continuation: string): void => {
    // The caller's functions first: where one throws, nothing of the page has been taken on.
    const keyed = inOrder(documents, feed.orderOf).map((document) => ({ key: feed.keyOf(document), document }));
    const done = lowWater.opened(continuation, documents.length, runtime.now());
    if (!byPage) for (const { key, document } of keyed) lanes.submit(key, [{ document, done }]);
    else if (keyed.length > 0)
      lanes.submit(
        '',
        keyed.map(({ document }) => ({ document, done })),
      );
  };

  const read = async (): Promise<void> => {
    let position = lease.continuation;
    let failures = 0;
    let knowsParked = parking === undefined;
    while (!stopping.signal.aborted) {
      const limit = Math.min(limits.pageSize, limits.maxInFlight - lanes.inFlight, limits.maxAhead - lowWater.ahead);
      // Wait for room that is worth a read, rather than read documents one by one.
      if (limit < limits.pageSize / 4) {
        await room.wait();
        continue;
      }
      idle.clear();
      try {
        if (!knowsParked) await parking?.load();
        knowsParked = true;
        const start = position === undefined ? { start: feed.start ?? 'beginning' } : { continuation: position };
        const page = await feed.source.feedPage({ range, limit, ...start });
        if (stopping.signal.aborted) return;
        accept(page.documents, page.continuation);
        position = page.continuation;
        lagging = page.hasMore;
        failures = 0;
        // Reading alone is no progress where nothing that is read can be worked on.
        const blocked = byPage ? lanes.inFlight > 0 : lanes.full;
        if (page.documents.length === 0 && !blocked) progressAtMs = runtime.now();
      } catch (error) {
        failures += 1;
        report(error, { during: 'read', attempt: failures });
        const pauseMs = retryPauseMs(failures, limits.retryMinMs, limits.retryMaxMs, runtime.random);
        await runtime.sleep(pauseMs, stopping.signal);
        continue;
      }
      if (!lagging) {
        await runtime.sleep(limits.pollMinMs, stopping.signal);
        if (!stopping.signal.aborted) await idle.wait(Math.max(0, limits.pollIdleMs - limits.pollMinMs));
      }
    }
  };

  const keepLease = async (): Promise<void> => {
    let failed = false;
    while (!drained.signal.aborted && !lease.lost.aborted) {
      await keeper.wait(failed ? limits.renewEveryMs / 4 : limits.renewEveryMs);
      if (drained.signal.aborted) return;
      try {
        await lease.save(lowWater.mark);
        failed = false;
      } catch (error) {
        failed = true;
        report(error, { during: 'lease' });
      }
      await runtime.sleep(limits.checkpointEveryMs, drained.signal);
    }
  };

  const giveBack = async (): Promise<void> => {
    for (let attempt = 1; attempt <= 5 && !lease.lost.aborted; attempt += 1) {
      try {
        await lease.release(lowWater.mark);
        return;
      } catch (error) {
        // Not given back, it runs out by itself.
        report(error, { during: 'lease', attempt });
        await runtime.sleep(retryPauseMs(attempt, limits.retryMinMs, limits.retryMaxMs, runtime.random));
      }
    }
  };

  const stopAll = (): void => {
    stopping.abort();
    room.wake();
    idle.wake();
    keeper.wake();
  };
  const lose = (): void => {
    abort.abort();
    stopAll();
  };
  if (lease.lost.aborted) lose();
  else lease.lost.addEventListener('abort', lose, { once: true });

  const work = async (): Promise<void> => {
    const keeping = keepLease();
    await read();
    const patience = new AbortController();
    await Promise.race([
      lanes.drain().then(() => patience.abort()),
      runtime.sleep(limits.stopTimeoutMs, patience.signal),
    ]);
    abort.abort();
    drained.abort();
    keeper.wake();
    await keeping;
    await giveBack();
  };
  const closed = work();

  return {
    closed,
    stop() {
      stopAll();
      return closed;
    },
    nudge: () => idle.wake(),
    health: () => {
      const nowMs = runtime.now();
      return {
        id: rangeId,
        owned: !lease.lost.aborted,
        owner: feed.instance,
        ...(lease.continuation === undefined ? {} : { continuation: lease.continuation }),
        continuationAgeMs: nowMs - (lowWater.oldestReadAtMs ?? nowMs),
        lagging,
        inFlight: lanes.inFlight,
        stalledMs: nowMs - progressAtMs,
        stuck: lanes.stuck(),
        ...(lastError === undefined ? {} : { lastError }),
      };
    },
  };
}

/** The feed's order, and inside one transaction, where it promises none, the given one. */
function inOrder<T extends Document>(
  documents: readonly Stored<T>[],
  orderOf: ((document: Stored<T>) => number) | undefined,
): readonly Stored<T>[] {
  if (orderOf === undefined) return documents;
  return [...documents].sort((a, b) => (a._lsn ?? 0) - (b._lsn ?? 0) || orderOf(a) - orderOf(b));
}
