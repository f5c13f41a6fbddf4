import type { Container, Runtime } from '@daybook/ports';
import type { InputOutcome } from '../runner/saga-runner.ts';
import {
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
  /** Sagas taken from one partition of the index in one look; default 100. */
  readonly batchMax?: number;
  /** Sagas whose timers are fired at the same time; default 8. */
  readonly concurrencyMax?: number;
  /** It keeps going after these; the timer stays in the index and is tried at the next look. */
  readonly onError?: (error: unknown) => void;
}

/** Fires what is due. Any number of instances may run: the saga takes each timer once. */
export interface TimerWorker {
  start(): void;
  /** Resolves when what is under way is done. */
  stop(): Promise<void>;
  /** One look at the whole index. Resolves with how many timers were fired. */
  runOnce(): Promise<number>;
}

export function createTimerWorker(options: TimerWorkerOptions): TimerWorker {
  const { container, runtime, fire, pollMs = 500, batchMax = 100, concurrencyMax = 8, onError } = options;
  let stopping = new AbortController();
  let running: Promise<void> | undefined;

  const due = async (shard: number, now: string): Promise<readonly StoredTimers[]> => {
    const page = await container.query({
      partitionKey: partitionOfShard(shard),
      where: [
        { field: 'model', op: '=', value: timersModel },
        { field: 'dueAt', op: '<=', value: now },
      ],
      orderBy: [{ field: 'dueAt', direction: 'asc' }],
      limit: batchMax,
    });
    return page.documents as readonly unknown[] as readonly StoredTimers[];
  };

  // The entry goes only after the saga has recorded the timer, whether just now or, for another worker, before.
  const fireSaga = async ({ id, sagaId, timers }: StoredTimers, now: string): Promise<number> => {
    let fired = 0;
    for (const { timerId, dueAt } of timers) {
      if (dueAt > now) continue;
      try {
        await fire(sagaId, timerId);
        fired += 1;
        await forget(container, id, timerId);
      } catch (error) {
        onError?.(error);
      }
    }
    return fired;
  };

  const runOnce = async (): Promise<number> => {
    const now = new Date(runtime.now()).toISOString();
    let fired = 0;
    for (let shard = 0; shard < timerShards; shard += 1) {
      const queue = [...(await due(shard, now))];
      const lane = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined && !stopping.signal.aborted; next = queue.shift()) {
          fired += await fireSaga(next, now);
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrencyMax, queue.length) }, lane));
    }
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
