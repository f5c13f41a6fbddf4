import { exponential, type ProbePolicy, type RetryPolicy } from '@daybook/saga';

/** How patient the sagas are. Tests take shorter ones. */
export interface SagaTiming {
  /** Reserve, authorize, confirm: after these attempts the order is given up (confirming: parked). */
  readonly forward: RetryPolicy;
  /** Release, void, reject: after these attempts the saga is parked, and a late answer takes it on. */
  readonly undo: RetryPolicy;
  /** Capture, commit, restock, refund: as for undo. */
  readonly afterPivot: RetryPolicy;
  /** From the order to its confirmation: then everything is undone. Default 2 h. */
  readonly deadlineMs?: number;
  /** An authorization whose outcome is unknown is asked for again so often and so long, and then voided. Default every 1 s for 2 s. */
  readonly probe?: ProbePolicy;
}

export const defaultTiming: Required<SagaTiming> = {
  forward: exponential(5, 10_000),
  undo: exponential(10, 10_000),
  // The pause is short where the way is a refund that comes before its capture, which follows within a second.
  afterPivot: exponential(10, 10_000, { pauseMs: 1_000 }),
  deadlineMs: 2 * 3_600_000,
  probe: { everyMs: 1_000, horizonMs: 2_000 },
};
