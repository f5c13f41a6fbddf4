import type { Runtime } from '@daybook/ports';

export interface Asking {
  /** Ends it, when every answer is there. */
  stop(): Promise<{
    readonly asked: number;
    readonly perSecond: number;
    readonly failures: readonly unknown[];
    readonly latencyMsP50: number;
    readonly latencyMsP99: number;
  }>;
}

/** Asks at a fixed rate, whatever the answers take: `question` is given a number that counts them. */
export function askSteadily(runtime: Runtime, perSecond: number, question: (n: number) => Promise<void>): Asking {
  const startedMs = runtime.now();
  const failures: unknown[] = [];
  const latenciesMs: number[] = [];
  const open = new Set<Promise<void>>();
  let asked = 0;
  let on = true;
  const ask = (): void => {
    const n = asked;
    asked += 1;
    const atMs = runtime.now();
    const answer = question(n)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        latenciesMs.push(runtime.now() - atMs);
        open.delete(answer);
      });
    open.add(answer);
  };
  const asking = (async () => {
    while (on) {
      while (asked < ((runtime.now() - startedMs) * perSecond) / 1_000) ask();
      await runtime.sleep(1_000 / perSecond);
    }
  })();
  return {
    async stop() {
      on = false;
      await asking;
      const seconds = (runtime.now() - startedMs) / 1_000;
      await Promise.all(open);
      const sorted = latenciesMs.toSorted((a, b) => a - b);
      const quantile = (q: number): number => sorted[Math.floor((sorted.length - 1) * q)] ?? 0;
      const latency = { latencyMsP50: quantile(0.5), latencyMsP99: quantile(0.99) };
      return { asked, perSecond: asked / seconds, failures, ...latency };
    },
  };
}
