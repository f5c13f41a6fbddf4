import { isoNow } from './runtime.ts';
import { virtualRuntime } from './virtual-runtime.ts';

describe('virtualRuntime', () => {
  it('wakes sleepers in the order of their times, then of their calls', async () => {
    const runtime = virtualRuntime();
    const woken: string[] = [];
    for (const [name, delayMs] of [
      ['late', 20],
      ['early', 10],
      ['also early', 10],
    ] as const) {
      void runtime.sleep(delayMs).then(() => woken.push(name));
    }
    await runtime.advance(15);
    expect(woken).toEqual(['early', 'also early']);
    await runtime.advance(5);
    expect(woken).toEqual(['early', 'also early', 'late']);
  });

  it('ends a sleep early when its signal is aborted', async () => {
    const runtime = virtualRuntime();
    const stop = new AbortController();
    const slept = runtime.sleep(1_000, stop.signal);
    stop.abort();
    await slept;
    expect(runtime.sleeping).toBe(0);
    await runtime.sleep(1_000, stop.signal);
  });

  it('repeats chance and ids from a seed', () => {
    const [one, two] = [virtualRuntime({ seed: 7 }), virtualRuntime({ seed: 7 })];
    expect(one.newId()).toBe(two.newId());
    expect(one.random()).toBe(two.random());
    expect(one.newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('advances until something holds, or says that it did not', async () => {
    const runtime = virtualRuntime({ startMs: 0 });
    let ticks = 0;
    const tick = async (): Promise<void> => {
      for (;;) {
        await runtime.sleep(10);
        ticks += 1;
      }
    };
    void tick();
    expect(await runtime.advanceUntil(() => ticks === 5, 1_000)).toBe(true);
    expect(isoNow(runtime)).toBe('1970-01-01T00:00:00.050Z');
    expect(await runtime.advanceUntil(() => false, 100)).toBe(false);
  });
});
