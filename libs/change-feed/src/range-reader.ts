import type { Document, FeedRange, Stored } from '@daybook/ports';
import type { FeedErrorContext, FeedLimits, FeedProcessorOptions } from './feed-options.ts';
import type { HeldLease } from './held-lease.ts';
import type { Lag } from './lag.ts';
import type { Lanes } from './lanes.ts';
import { createWakeup, retryPauseMs } from './wakeup.ts';

/** Reads the pages of a range, one after another. */
export interface RangeReader {
  /** Resolves when it was told to stop, or with the ranges to go on in when the range was split. */
  run(): Promise<readonly FeedRange[] | undefined>;
  /** Read at once. */
  nudge(): void;
  /** Documents were done: there is room. */
  room(): void;
}

export interface RangeReaderOptions<T extends Document> {
  readonly feed: FeedProcessorOptions<T>;
  readonly limits: FeedLimits;
  readonly range: FeedRange;
  readonly lease: HeldLease;
  readonly lanes: Pick<Lanes<T>, 'inFlight'>;
  readonly lag: Lag;
  readonly stopping: AbortSignal;
  /** Documents read and not yet behind the checkpoint. */
  readonly ahead: () => number;
  /** Takes a page on. Throws before it has taken any of it, or not at all. */
  readonly accept: (documents: readonly Stored<T>[], continuation: string) => void;
  readonly onRead: (documents: number) => void;
  readonly report: (error: unknown, context: Omit<FeedErrorContext<T>, 'rangeId'>) => void;
}

export function createRangeReader<T extends Document>(options: RangeReaderOptions<T>): RangeReader {
  const { feed, limits, range, lease, lanes, stopping } = options;
  const { runtime } = feed;
  const room = createWakeup(runtime);
  const idle = createWakeup(runtime);
  stopping.addEventListener(
    'abort',
    () => {
      room.wake();
      idle.wake();
    },
    { once: true },
  );

  /** How many to ask for: whole pages, or quarters of them, as one iterator of the database reads pages of one size. 0: wait for room. */
  const pageSize = (): number => {
    const free = Math.min(limits.maxInFlight - lanes.inFlight, limits.maxAhead - options.ahead());
    if (free >= limits.pageSize) return limits.pageSize;
    const quarter = Math.max(1, Math.floor(limits.pageSize / 4));
    return Math.floor(Math.max(0, free) / quarter) * quarter;
  };

  const startOfRange = () => ({ start: lease.from ?? feed.start ?? 'beginning' });

  return {
    async run() {
      let position = lease.continuation;
      let failures = 0;
      let emptyReads = 0;
      let knowsParked = feed.parking === undefined;
      while (!stopping.aborted) {
        const limit = pageSize();
        if (limit === 0) {
          await room.wait();
          continue;
        }
        idle.clear();
        try {
          if (!knowsParked) await feed.parking?.load();
          knowsParked = true;
          const from = position === undefined ? startOfRange() : { continuation: position };
          const page = await feed.source.feedPage({ range, limit, ...from });
          if (stopping.aborted) return undefined;
          options.accept(page.documents, page.continuation);
          position = page.continuation;
          failures = 0;
          options.lag.read(page);
          options.onRead(page.documents.length);
          if (page.split !== undefined) return page.split;
          if (page.documents.length >= limit) continue;
          emptyReads = page.hasMore ? 0 : emptyReads + 1;
        } catch (error) {
          failures += 1;
          options.report(error, { during: 'read', attempt: failures });
          const pauseMs = retryPauseMs(failures, limits.retryMinMs, limits.retryMaxMs, runtime.random);
          await runtime.sleep(pauseMs, stopping);
          continue;
        }
        await runtime.sleep(limits.pollMinMs, stopping);
        // What has just been busy is likely to be so again: the pauses begin short and grow.
        // Doubled from 1 ms on where the least time is none: nothing would come of 0 ever.
        const firstMs = Math.max(1, limits.pollMinMs);
        const pauseMs = Math.min(limits.pollIdleMs, firstMs * 2 ** Math.min(emptyReads, 20));
        if (emptyReads > 0 && !stopping.aborted) await idle.wait(Math.max(0, pauseMs - limits.pollMinMs));
      }
      return undefined;
    },
    nudge: () => idle.wake(),
    room: () => room.wake(),
  };
}
