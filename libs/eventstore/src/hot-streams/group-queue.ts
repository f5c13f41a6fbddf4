import { StreamBusy } from '../errors.ts';

/** A request that waits for its outcome. */
export interface Waiting<T, R> {
  readonly request: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** Per key one group at a time: what arrives while a group is under way makes the next one. Keys run beside each other. */
export interface GroupQueue<T, R> {
  /** @throws StreamBusy where too many wait already */
  add(key: string, request: T): Promise<R>;
}

/**
 * @param waitingMax how many requests of one key may wait or run
 * @param groupMax how many make a group at most
 * @param run settles every request of the group, in their order of arrival, before it resolves
 */
export function groupQueue<T, R>(
  waitingMax: number,
  groupMax: number,
  run: (key: string, group: readonly Waiting<T, R>[]) => Promise<void>,
): GroupQueue<T, R> {
  const queues = new Map<string, { waiting: Waiting<T, R>[]; running: number }>();

  const drain = async (key: string, queue: { waiting: Waiting<T, R>[]; running: number }): Promise<void> => {
    // What arrives in the same turn belongs together.
    await Promise.resolve();
    while (queue.waiting.length > 0) {
      const group = queue.waiting.splice(0, groupMax);
      queue.running = group.length;
      try {
        await run(key, group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      queue.running = 0;
    }
    queues.delete(key);
  };

  return {
    async add(key, request) {
      const known = queues.get(key);
      const queue = known ?? { waiting: [], running: 0 };
      if (queue.waiting.length + queue.running >= waitingMax) throw new StreamBusy(key, waitingMax);
      return new Promise<R>((resolve, reject) => {
        queue.waiting.push({ request, resolve, reject });
        if (known !== undefined) return;
        queues.set(key, queue);
        void drain(key, queue);
      });
    },
  };
}
