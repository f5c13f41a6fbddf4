import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds; the bound makes a test fail, never hang. What `holds` throws counts as not yet. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  {
    timeoutMs = 30_000,
    pauseMs = 50,
    pauseMaxMs = pauseMs,
  }: {
    readonly timeoutMs?: number;
    readonly pauseMs?: number;
    /** Pauses grow up to this; by default they do not. */
    readonly pauseMaxMs?: number;
  } = {},
): Promise<void> {
  let pause = pauseMs;
  const deadline = performance.now() + timeoutMs;
  let trouble: unknown;
  for (;;) {
    try {
      if (await holds()) return;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs / 1_000} s in vain for ${what}`, { cause: trouble });
    }
    await sleep(pause);
    pause = Math.min(pause * 1.5, pauseMaxMs);
  }
}
