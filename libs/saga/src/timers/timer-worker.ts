import type { Container, Runtime } from '@daybook/ports';
import type { InputOutcome } from '../runner/saga-runner.ts';
import { FailingTimers } from './failing-timers.ts';
import {
  type DueTimer,
  partitionOfShard,
  type StoredTimers,
  timerDocument,
  timersModel,
  timerShards,
  without,
} from './timer-index.ts';
import { readTimers, writeTimers } from './timer-projection.ts';

export interface TimerWorkerOptions {
  /** Where the index is: partition key `/partition`, `model` and `dueAt` indexed. */
  readonly container: Container;
  readonly runtime: Runtime;
  /** Tells a saga that a timer is due: `fireTimer` of the runner. */
  readonly fire: (sagaId: string, timerId: string) => Promise<InputOutcome>;
  /** The pause between two looks at the index; default 500. */
  readonly pollMs?: number;
  /** Sagas taken from one partition of the index at once; default 100. */
  readonly batchMax?: number;
  /** Sagas whose timers are fired at the same time; default 8. */
  readonly concurrencyMax?: number;
  /** It keeps going after these; the timer, where it is one's, stays in the index and is tried again after a pause, which grows. */
  readonly onError?: (error: unknown, timer?: { readonly sagaId: string; readonly timerId: string }) => void;
}

/** Fires what is due. Any number of instances may run: the saga takes each timer once. */
export interface TimerWorker {
  start(): void;
  /** Resolves when what is under way is done. */
  stop(): Promise<void>;
  /** When it last looked through the whole index, in milliseconds since the epoch; before the first look, when it was built. */
  lookedAtMs(): number;
  /** One look at the whole index. Resolves with how many timers were fired. */
  runOnce(): Promise<number>;
}

/** Pages read of one partition of the index to find a batch: beyond that many sagas that cannot be fired, others wait for their pauses. */
const pagesMax = 50;
/** Batches fired of one partition in one look. */
const batchesMax = 50;

export function createTimerWorker(options: TimerWorkerOptions): TimerWorker {
  const { container, runtime, fire, pollMs = 500, batchMax = 100, concurrencyMax = 8, onError } = options;
  let stopping = new AbortController();
  let running: Promise<void> | undefined;

  const failing = new FailingTimers(runtime);
  let lookedAtMs = runtime.now();

  /** Sagas that are due, the earliest first: not those that were taken before in this look, nor those whose timers are in their pauses. */
  const due = async (shard: number, now: string, taken: ReadonlySet<string>): Promise<StoredTimers[]> => {
    const found: StoredTimers[] = [];
    let continuation: string | undefined;
    for (let pages = 0; pages < pagesMax && found.length < batchMax; pages += 1) {
      const page = await container.query({
        partitionKey: partitionOfShard(shard),
        where: [
          { field: 'model', op: '=', value: timersModel },
          { field: 'dueAt', op: '<=', value: now },
        ],
        orderBy: [{ field: 'dueAt', direction: 'asc' }],
        limit: batchMax,
        ...(continuation === undefined ? {} : { continuation }),
      });
      const sagas = page.documents as readonly unknown[] as readonly StoredTimers[];
      found.push(...sagas.filter((saga) => !taken.has(saga.id) && dueTimers(saga, now).length > 0));
      continuation = page.continuation;
      if (continuation === undefined) break;
    }
    return found.slice(0, batchMax);
  };

  const dueTimers = ({ timers }: StoredTimers, now: string): readonly DueTimer[] =>
    timers.filter(({ timerId, dueAt }) => dueAt <= now && !failing.paused(timerId));

  // The entry goes only after the saga has recorded the timer, whether just now or, for another worker, before.
  const fireSaga = async (saga: StoredTimers, now: string): Promise<number> => {
    let fired = 0;
    for (const { timerId } of dueTimers(saga, now)) {
      try {
        await fire(saga.sagaId, timerId);
        failing.fired(timerId);
        fired += 1;
        await forget(container, saga.id, timerId);
      } catch (error) {
        failing.failed(timerId);
        onError?.(error, { sagaId: saga.sagaId, timerId });
      }
    }
    return fired;
  };

  const fireBatch = async (batch: readonly StoredTimers[], now: string): Promise<number> => {
    const queue = [...batch];
    let fired = 0;
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined && !stopping.signal.aborted; next = queue.shift()) {
        fired += await fireSaga(next, now);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrencyMax, queue.length) }, lane));
    return fired;
  };

  const runOnce = async (): Promise<number> => {
    const now = new Date(runtime.now()).toISOString();
    let fired = 0;
    for (let shard = 0; shard < timerShards; shard += 1) {
      // Until nothing more is due: a batch that fails must not stand before the next one.
      const taken = new Set<string>();
      for (let batches = 0; batches < batchesMax && !stopping.signal.aborted; batches += 1) {
        const batch = await due(shard, now, taken);
        for (const { id } of batch) taken.add(id);
        fired += await fireBatch(batch, now);
        if (batch.length < batchMax) break;
      }
    }
    lookedAtMs = runtime.now();
    return fired;
  };

  const loop = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        await runOnce();
      } catch (error) {
        onError?.(error);
      }
      await runtime.sleep(pollMs, signal);
    }
  };

  return {
    lookedAtMs: () => lookedAtMs,
    start() {
      if (running !== undefined) return;
      stopping = new AbortController();
      running = loop(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await running;
      running = undefined;
    },
    runOnce,
  };
}

/** Takes a timer out of the index. Somebody else's change wins: then the next look finds it settled, or the projection removes it. */
async function forget(container: Container, streamId: string, timerId: string): Promise<void> {
  const before = await readTimers(container, streamId);
  if (before === undefined) return;
  const timers = without(before.timers, [timerId]);
  if (timers !== before.timers) {
    await writeTimers(container, before, streamId, timerDocument(streamId, before.streamVersion, timers));
  }
}
