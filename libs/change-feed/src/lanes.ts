import type { Document, Runtime, Stored } from '@daybook/ports';
import type { StuckWork } from './feed-health.ts';
import type { FeedContext, FeedLimits } from './feed-options.ts';
import { createWakeup, retryPauseMs } from './wakeup.ts';

/** A document on its way, and what to call when it is done. */
export interface Item<T extends Document> {
  readonly document: Stored<T>;
  readonly done: () => void;
}

interface Lane<T extends Document> {
  readonly key: string;
  /** What comes in one piece: a document each in key mode, a page each in page mode. */
  readonly queue: (readonly Item<T>[])[];
  /** Failed attempts at the head of the queue. */
  attempts: number;
  /** Those of them that count towards `maxAttempts`. */
  failures: number;
  /** So many pieces are given one by one, because they failed together. */
  careful: number;
  failingSinceMs: number;
  lastError: string;
}

export interface LanesOptions<T extends Document> {
  readonly limits: FeedLimits;
  readonly runtime: Runtime;
  readonly rangeId: string;
  readonly maxConcurrent: number;
  /** At most so many pieces in one call. */
  readonly maxBatch: number;
  /** Aborted: handlers are told, and nothing of it counts any more. */
  readonly abort: AbortSignal;
  /** False while the lease may have passed to another: no call is begun then. */
  readonly isCurrent: () => boolean;
  readonly handle: (key: string, documents: readonly Stored<T>[], context: FeedContext) => Promise<void>;
  readonly onPoison?: (documents: readonly Stored<T>[], error: unknown, context: FeedContext) => Promise<void>;
  /** False for an error that says nothing about the documents. Default: every error counts. */
  readonly counts?: (error: unknown) => boolean;
  /** `document` is the first of those that failed. */
  readonly onError: (
    error: unknown,
    failed: { readonly during: 'handle' | 'poison'; readonly attempt: number; readonly document?: Stored<T> },
    key: string,
  ) => void;
  /** So many documents were done: there is room, and progress. */
  readonly onDone: (documents: number) => void;
}

/** Queues by key: each in order, all beside each other up to a limit; one that fails waits alone. */
export interface Lanes<T extends Document> {
  /** Adds one piece to a key's queue. */
  submit(key: string, piece: readonly Item<T>[]): void;
  /** Begins nothing any more; resolves when the calls that run have ended. */
  drain(): Promise<void>;
  /** Documents submitted and not done. */
  readonly inFlight: number;
  /** Every slot is taken: whatever comes in now has to wait. */
  readonly full: boolean;
  stuck(): readonly StuckWork[];
}

export function createLanes<T extends Document>(options: LanesOptions<T>): Lanes<T> {
  const { limits, runtime, rangeId, abort } = options;
  const lanes = new Map<string, Lane<T>>();
  const ready: Lane<T>[] = [];
  const closing = new AbortController();
  const ended = createWakeup(runtime);
  let running = 0;
  let inFlight = 0;

  const close = (): void => closing.abort();
  if (abort.aborted) close();
  else abort.addEventListener('abort', close, { once: true });

  const finish = (lane: Lane<T>, pieces: number): void => {
    const items = lane.queue.splice(0, pieces).flat();
    inFlight -= items.length;
    lane.attempts = 0;
    lane.failures = 0;
    lane.careful = Math.max(0, lane.careful - pieces);
    if (lane.queue.length > 0) ready.push(lane);
    else lanes.delete(lane.key);
    for (const item of items) item.done();
    options.onDone(items.length);
  };

  const retryLater = async (lane: Lane<T>): Promise<void> => {
    const pauseMs = retryPauseMs(lane.attempts, limits.retryMinMs, limits.retryMaxMs, runtime.random);
    await runtime.sleep(pauseMs, closing.signal);
    ready.push(lane);
    pump();
  };

  const fail = async (lane: Lane<T>, pieces: number, error: unknown, context: FeedContext): Promise<void> => {
    if (abort.aborted) return;
    if (lane.attempts === 0) lane.failingSinceMs = runtime.now();
    lane.attempts += 1;
    if (options.counts?.(error) ?? true) lane.failures += 1;
    lane.careful = Math.max(lane.careful, pieces);
    lane.lastError = error instanceof Error ? error.message : String(error);
    const [first] = lane.queue[0] ?? [];
    const failed = { attempt: lane.attempts, ...(first === undefined ? {} : { document: first.document }) };
    options.onError(error, { during: 'handle', ...failed }, lane.key);
    // Several that failed together are first tried one by one, so that only the culprit is ever called poison.
    const spent = limits.maxAttempts !== undefined && lane.failures >= limits.maxAttempts && pieces === 1;
    // Whoever has the range by now finds out for itself: it may even have been mended and replayed there.
    if (spent && options.isCurrent() && options.onPoison !== undefined) {
      const documents = (lane.queue[0] ?? []).map((item) => item.document);
      try {
        await options.onPoison(documents, error, context);
        if (!abort.aborted) finish(lane, 1);
        return;
      } catch (poisonError) {
        options.onError(poisonError, { during: 'poison', ...failed }, lane.key);
      }
    }
    void retryLater(lane);
  };

  const run = async (lane: Lane<T>): Promise<void> => {
    while (!options.isCurrent() && !closing.signal.aborted) {
      await runtime.sleep(limits.renewEveryMs / 4, closing.signal);
    }
    if (closing.signal.aborted) return;
    const pieces = lane.careful > 0 ? 1 : Math.min(lane.queue.length, options.maxBatch);
    const documents = lane.queue.slice(0, pieces).flatMap((piece) => piece.map((item) => item.document));
    const context: FeedContext = { rangeId, attempt: lane.attempts + 1, signal: abort, isHeld: options.isCurrent };
    try {
      await options.handle(lane.key, documents, context);
    } catch (error) {
      await fail(lane, pieces, error, context);
      return;
    }
    if (!abort.aborted) finish(lane, pieces);
  };

  const pump = (): void => {
    while (running < options.maxConcurrent && !closing.signal.aborted) {
      const lane = ready.shift();
      if (lane === undefined) return;
      running += 1;
      void run(lane).finally(() => {
        running -= 1;
        if (running === 0) ended.wake();
        pump();
      });
    }
  };

  return {
    submit(key, piece) {
      inFlight += piece.length;
      const lane = lanes.get(key);
      if (lane !== undefined) {
        lane.queue.push(piece);
        return;
      }
      const added: Lane<T> = {
        key,
        queue: [piece],
        attempts: 0,
        failures: 0,
        careful: 0,
        failingSinceMs: 0,
        lastError: '',
      };
      lanes.set(key, added);
      ready.push(added);
      // After the caller has submitted the whole page, so that the first call of a key gets all of its documents.
      queueMicrotask(pump);
    },
    async drain() {
      close();
      while (running > 0) await ended.wait();
    },
    get inFlight() {
      return inFlight;
    },
    get full() {
      return running >= options.maxConcurrent;
    },
    stuck: () =>
      [...lanes.values()]
        .filter((lane) => lane.attempts > 0)
        .map((lane) => ({
          ...(lane.key === '' ? {} : { key: lane.key }),
          documents: lane.queue.reduce((sum, piece) => sum + piece.length, 0),
          attempts: lane.attempts,
          sinceMs: runtime.now() - lane.failingSinceMs,
          lastError: lane.lastError,
        })),
  };
}
