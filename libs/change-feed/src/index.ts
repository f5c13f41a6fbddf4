export {
  type FeedContext,
  type FeedErrorContext,
  type FeedHandler,
  type FeedLimits,
  type FeedLog,
  FeedOptionsError,
  type FeedParking,
  type FeedProcessor,
  type FeedProcessorOptions,
  type KeyHandler,
  type PageHandler,
  isFeedOptionsError,
} from './feed-options.ts';
export type { FeedHealth, FeedMeasurement, FeedMetrics, RangeHealth, StuckWork } from './feed-health.ts';
export { createFeedProcessor } from './feed-processor.ts';
export {
  type FeedAdmin,
  type FeedAdminOptions,
  type FollowedContainer,
  type RewindRequest,
  type RewindTarget,
  createFeedAdmin,
} from './feed-admin.ts';
export { FeedError, type FeedErrorCode, isFeedError } from './feed-error.ts';
export type { FeedStatus, RangeLag, RangeStatus } from './feed-status.ts';
