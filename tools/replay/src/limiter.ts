/** Runs at most `max` tasks at once; the others wait their turn in the order they came. */
export function limiter(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      // The place passes straight to the next in line, so that nobody can slip in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Runs over all items, at most `max` at once, and gives the results in the items' order. */
export function mapLimited<T, R>(items: Iterable<T>, max: number, task: (item: T) => Promise<R>): Promise<R[]> {
  const run = limiter(max);
  return Promise.all([...items].map((item) => run(() => task(item))));
}
