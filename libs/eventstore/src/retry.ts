import { type Runtime, isContainerError, isSafeToRetry } from '@daybook/ports';

/** How long to go on when the database is busy, away, or does not answer. The first of the two limits that is reached ends it. */
export interface RetryPolicy {
  /** Attempts in all, the first included. Default 10. */
  readonly attemptsMax: number;
  /** Time in all. Default 10,000. */
  readonly budgetMs: number;
  /** The first pause is up to this long, every further one up to twice the last. Default 10. */
  readonly firstPauseMs: number;
  /** No pause is longer, unless the database asks for it. Default 1,000. */
  readonly pauseMsMax: number;
}

const defaults: RetryPolicy = { attemptsMax: 10, budgetMs: 10_000, firstPauseMs: 10, pauseMsMax: 1_000 };

export function resolveRetryPolicy(options: Partial<RetryPolicy> = {}): RetryPolicy {
  const policy = { ...defaults, ...options };
  for (const [field, value] of Object.entries(policy)) {
    if (!Number.isFinite(value) || value < 0)
      throw new RangeError(`retry.${field} must not be negative, it is ${value}`);
  }
  return policy;
}

/** A random pause before the next attempt, so that those who collided do not collide again. */
export function jitteredPauseMs(runtime: Runtime, policy: RetryPolicy, attempt: number): number {
  return runtime.random() * Math.min(policy.pauseMsMax, policy.firstPauseMs * 2 ** (attempt - 1));
}

export interface RetryBudget {
  /** Waits before the next attempt. False, at once, where the budget does not allow one. */
  pause(error?: unknown): Promise<boolean>;
}

export function retryBudget(runtime: Runtime, policy: RetryPolicy): RetryBudget {
  const endMs = runtime.now() + policy.budgetMs;
  let attempts = 1;
  return {
    async pause(error) {
      const askedMs = isContainerError(error) ? (error.retryAfterMs ?? 0) : 0;
      const delayMs = Math.max(askedMs, jitteredPauseMs(runtime, policy, attempts));
      if (attempts >= policy.attemptsMax || runtime.now() + delayMs > endMs) return false;
      attempts += 1;
      await runtime.sleep(delayMs);
      return true;
    },
  };
}

/** True for what may pass: throttling, a busy partition, a database that is away or did not answer. */
export function isTransient(error: unknown): boolean {
  return isSafeToRetry(error) || (isContainerError(error) && error.code === 'outcome-unknown');
}
