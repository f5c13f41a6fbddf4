import { exponential, type RetryPolicy } from '@daybook/saga';

/** How patient the sagas are. Tests take shorter ones. */
export interface SagaTiming {
  /** Reserve, authorize, confirm: after these attempts the order is given up (confirming: parked). */
  readonly forward: RetryPolicy;
  /** Release, void, reject: after these attempts the saga is parked, and a late answer takes it on. */
  readonly undo: RetryPolicy;
  /** Capture, commit, restock, refund: as for undo. */
  readonly afterPivot: RetryPolicy;
}

export const defaultTiming: SagaTiming = {
  forward: exponential(5, 10_000),
  undo: exponential(10, 10_000),
  // The pause is short where the way is a refund that comes before its capture, which follows within a second.
  afterPivot: exponential(10, 10_000, { pauseMs: 1_000 }),
};
