/**
 * How long an answer is waited for, and how often the command is sent. After the n-th sending the wait is
 * `timeoutMs` + a random part (full jitter) of min(`pauseMaxMs`, `pauseMs` × (2^(n−1) − 1)): the first wait is exactly `timeoutMs`.
 */
export interface RetryPolicy {
  /** The wait for an answer to one attempt. */
  readonly timeoutMs: number;
  /** Sendings in all, over all rounds: 1 to 100. */
  readonly attempts: number;
  readonly pauseMs: number;
  readonly pauseMaxMs: number;
}

/** Exponential growth with full jitter. @param attempts sendings in all; @param timeoutMs the wait for an answer to each. */
export function exponential(
  attempts: number,
  timeoutMs: number,
  pauses: { readonly pauseMs?: number; readonly pauseMaxMs?: number } = {},
): RetryPolicy {
  const pauseMs = pauses.pauseMs ?? timeoutMs;
  return { attempts, timeoutMs, pauseMs, pauseMaxMs: pauses.pauseMaxMs ?? Math.max(pauseMs, 300_000) };
}

/** The wait after the `sent`-th sending (from 1). @param random in [0, 1) */
export function answerWaitMs(policy: RetryPolicy, sent: number, random: number): number {
  return policy.timeoutMs + Math.round(random * growth(policy, 2 ** (sent - 1) - 1));
}

/** The longest that all attempts together can take without an answer. */
export function longestMs(policy: RetryPolicy): number {
  let sum = 0;
  for (let sent = 1; sent <= policy.attempts; sent += 1) sum += answerWaitMs(policy, sent, 1);
  return sum;
}

/** The pause before a new round, after a refusal for the moment: at least half of what it may be, so that it is a pause. */
export function roundPauseMs(policy: RetryPolicy, sent: number, random: number): number {
  const longest = growth(policy, 2 ** (sent - 1));
  return Math.round(longest / 2 + (random * longest) / 2);
}

function growth(policy: RetryPolicy, factor: number): number {
  return Math.min(policy.pauseMaxMs, policy.pauseMs * factor);
}
