import { StreamBusy } from './errors.ts';

/** Runs tasks of one key one after another, in the order of their arrival; tasks of different keys beside each other. */
export interface KeyedQueue {
  /** @throws StreamBusy where too many wait already */
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
}

/** @param waitingMax how many tasks of one key may wait or run */
export function keyedQueue(waitingMax: number): KeyedQueue {
  const queues = new Map<string, { tail: Promise<unknown>; waiting: number }>();
  return {
    async run(key, task) {
      const queue = queues.get(key) ?? { tail: Promise.resolve(), waiting: 0 };
      if (queue.waiting >= waitingMax) throw new StreamBusy(key, waitingMax);
      queue.waiting += 1;
      queues.set(key, queue);
      const result = queue.tail.then(task);
      queue.tail = result.catch(() => undefined);
      try {
        return await result;
      } finally {
        queue.waiting -= 1;
        if (queue.waiting === 0) queues.delete(key);
      }
    },
  };
}
