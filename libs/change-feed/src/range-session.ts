import type { Document, FeedRange, Stored } from '@daybook/ports';
import type { RangeHealth } from './feed-health.ts';
import type { FeedErrorContext, FeedLimits, FeedProcessorOptions } from './feed-options.ts';
import { handlingOf, inOrder } from './handling.ts';
import type { HeldLease } from './held-lease.ts';
import { createLag, writtenAtMs } from './lag.ts';
import { type Lanes, createLanes } from './lanes.ts';
import { createLowWater } from './low-water.ts';
import { createRangeReader } from './range-reader.ts';
import { tell, tellError } from './tell.ts';
import { createWakeup, retryPauseMs } from './wakeup.ts';

/** The work on one range from the moment its lease was taken to the moment it was lost or given back. */
export interface RangeSession {
  /** Resolves when the work has ended, whichever way. */
  readonly closed: Promise<void>;
  /** It takes nothing on any more. */
  readonly leaving: boolean;
  /** The instance that it was promised to. */
  readonly promisedTo: string | undefined;
  /** Finishes what runs, writes the checkpoint, gives the lease back. */
  stop(): Promise<void>;
  nudge(): void;
  /** Renew the lease at once, and see whether another asks for it. */
  renew(): void;
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
  const timeOf = (document: Stored<T>): number => feed.timeOf?.(document) ?? writtenAtMs(document, runtime.now());

  const stopping = new AbortController();
  const abort = new AbortController();
  const drained = new AbortController();
  const keeper = createWakeup(runtime);
  const lowWater = createLowWater(lease.continuation, () => keeper.wake());
  const lag = createLag({ runtime, timeOf, silentMsMax: 2 * limits.pollIdleMs + 1_000 });

  let progressAtMs = runtime.now();
  let lastError: string | undefined;
  const report = (error: unknown, context: Omit<FeedErrorContext<T>, 'rangeId'>): void => {
    lastError = error instanceof Error ? error.message : String(error);
    tellError(feed, error, { ...context, rangeId });
  };

  const { handle, onPoison, counts } = handlingOf(feed);
  const lanes: Lanes<T> = createLanes<T>({
    limits,
    runtime,
    rangeId,
    maxConcurrent: byPage ? 1 : limits.maxConcurrentKeys,
    maxBatch: byPage ? 1 : limits.pageSize,
    abort: abort.signal,
    isCurrent: () => lease.isCurrent(),
    ...{ handle, counts },
    ...(onPoison === undefined ? {} : { onPoison }),
    onError: (error, failed, key) => report(error, { ...failed, ...(byPage ? {} : { key }) }),
    onDone: (documents) => {
      feed.metrics?.count('change_feed.documents', documents, { feed: feed.name });
      progressAtMs = runtime.now();
      reader.room();
    },
  });

  const accept = (documents: readonly Stored<T>[], continuation: string): void => {
    // The caller's functions first: where one throws, nothing of the page has been taken on.
    const keyed = inOrder(documents, feed.orderOf).map((document) => ({ key: feed.keyOf(document), document }));
    const oldestMs = documents.reduce((oldest, document) => Math.min(oldest, timeOf(document)), Infinity);
    const done = lowWater.opened(continuation, documents.length, runtime.now(), oldestMs);
    if (!byPage) for (const { key, document } of keyed) lanes.submit(key, [{ document, done }]);
    else if (keyed.length > 0)
      lanes.submit(
        '',
        keyed.map(({ document }) => ({ document, done })),
      );
  };

  const reader = createRangeReader<T>({
    ...{ feed, limits, range, lease, lanes, lag, accept, report },
    stopping: stopping.signal,
    ahead: () => lowWater.ahead,
    onRead(documents) {
      // Reading alone is no progress where nothing that is read can be worked on.
      const blocked = byPage ? lanes.inFlight > 0 : lanes.full;
      if (documents === 0 && !blocked) progressAtMs = runtime.now();
    },
  });

  const keepLease = async (): Promise<void> => {
    let failed = false;
    while (!drained.signal.aborted && !lease.lost.aborted) {
      await keeper.wait((limits.renewEveryMs - limits.checkpointEveryMs) / (failed ? 4 : 1));
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

  /** The last write of a lease: what does not succeed leaves it to run out by itself. */
  const leave = async (split: readonly FeedRange[] | undefined): Promise<void> => {
    for (let attempt = 1; attempt <= 5 && !lease.lost.aborted; attempt += 1) {
      try {
        if (split === undefined) await lease.release(lowWater.mark);
        else await lease.replaceBy(split, lowWater.mark);
        return;
      } catch (error) {
        report(error, { during: 'lease', attempt });
        await runtime.sleep(retryPauseMs(attempt, limits.retryMinMs, limits.retryMaxMs, runtime.random));
      }
    }
  };

  const stopAll = (): void => {
    stopping.abort();
    keeper.wake();
  };
  const lose = (): void => {
    abort.abort();
    stopAll();
  };
  if (lease.lost.aborted) lose();
  else lease.lost.addEventListener('abort', lose, { once: true });
  lease.promised.addEventListener('abort', stopAll, { once: true });

  const work = async (): Promise<void> => {
    const keeping = keepLease();
    const split = await reader.run();
    stopAll();
    const patience = new AbortController();
    await Promise.race([
      lanes.drain().then(() => patience.abort()),
      runtime.sleep(limits.stopTimeoutMs, patience.signal),
    ]);
    abort.abort();
    drained.abort();
    keeper.wake();
    await keeping;
    if (split !== undefined) tell(feed, 'range split', { rangeId, into: split.map(({ id }) => id) });
    await leave(split);
  };
  const closed = work();

  return {
    closed,
    get leaving() {
      return stopping.signal.aborted;
    },
    get promisedTo() {
      return lease.promisedTo;
    },
    stop() {
      stopAll();
      return closed;
    },
    nudge: () => reader.nudge(),
    renew: () => keeper.wake(),
    health: () => {
      const nowMs = runtime.now();
      return {
        id: rangeId,
        owned: !lease.lost.aborted,
        owner: feed.instance,
        generation: lease.generation,
        ...(lease.continuation === undefined ? {} : { continuation: lease.continuation }),
        continuationAgeMs: nowMs - (lowWater.oldestReadAtMs ?? nowMs),
        lagSeconds: lag.behindMs(lowWater.oldestMs) / 1_000,
        lagEvents: lanes.inFlight + lag.unread,
        lagging: lag.lagging,
        inFlight: lanes.inFlight,
        stalledMs: nowMs - progressAtMs,
        stuck: lanes.stuck(),
        ...(lastError === undefined ? {} : { lastError }),
      };
    },
  };
}
