import type { Document } from '@daybook/ports';
import { type FeedLimits, FeedOptionsError, type FeedProcessorOptions } from './feed-options.ts';

const defaults: FeedLimits = {
  minRanges: 4,
  pageSize: 100,
  maxInFlight: 1_000,
  maxAhead: 10_000,
  maxConcurrentKeys: 16,
  leaseDurationMs: 5_000,
  renewEveryMs: 1_500,
  checkpointEveryMs: 200,
  pollIdleMs: 500,
  pollMinMs: 20,
  retryMinMs: 100,
  retryMaxMs: 10_000,
  stopTimeoutMs: 10_000,
  unhealthyAfterMs: 15_000,
};

/** Fills in the defaults and refuses what cannot work. @throws FeedOptionsError */
export function checkedLimits<T extends Document>(options: FeedProcessorOptions<T>): FeedLimits {
  const attempts = options.parking === undefined || options.handleKey === undefined ? {} : { maxAttempts: 5 };
  const limits: FeedLimits = { ...defaults, ...attempts, ...options.limits };
  for (const [field, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value < (field === 'pollMinMs' || field === 'checkpointEveryMs' ? 0 : 1)) {
      throw new FeedOptionsError(`limits.${field}`, `is ${value}; give a positive number`);
    }
  }
  const require = (holds: boolean, field: string, remedy: string): void => {
    if (!holds) throw new FeedOptionsError(field, remedy);
  };
  require(/^[A-Za-z0-9_.-]{1,100}$/.test(options.name), 'name', 'use 1 to 100 of A-Z a-z 0-9 _ . -');
  require(options.instance.length > 0 &&
    options.instance.length <= 200, 'instance', 'give 1 to 200 characters, new at each start');
  require((options.handleKey === undefined) !==
    (options.handlePage === undefined), 'handleKey', 'give either handleKey or handlePage');
  require(Number.isInteger(limits.minRanges) &&
    limits.minRanges <= 256, 'limits.minRanges', 'a whole number up to 256');
  require(limits.checkpointEveryMs < limits.renewEveryMs, 'limits.checkpointEveryMs', 'less than renewEveryMs');
  require(limits.pageSize <= 1_000, 'limits.pageSize', 'at most 1,000');
  require(limits.maxInFlight >= limits.pageSize, 'limits.maxInFlight', 'at least pageSize');
  require(limits.maxAhead >= limits.maxInFlight, 'limits.maxAhead', 'at least maxInFlight');
  require(limits.renewEveryMs * 3 <=
    limits.leaseDurationMs, 'limits.renewEveryMs', 'at most a third of leaseDurationMs');
  require(options.parking === undefined ||
    options.onPoison === undefined, 'parking', 'give either parking or onPoison');
  require(limits.maxAttempts === undefined ||
    options.onPoison !== undefined ||
    (options.parking !== undefined &&
      options.handleKey !==
        undefined), 'limits.maxAttempts', 'needs onPoison, or parking by key: nothing is skipped in silence');
  return limits;
}
