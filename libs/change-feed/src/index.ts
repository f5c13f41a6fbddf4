export {
  type FeedContext,
  type FeedErrorContext,
  type FeedHandler,
  type FeedHealth,
  type FeedLimits,
  type FeedLog,
  type FeedMeasurement,
  type FeedMetrics,
  FeedOptionsError,
  type FeedParking,
  type FeedProcessor,
  type FeedProcessorOptions,
  type KeyHandler,
  type PageHandler,
  type RangeHealth,
  type StuckWork,
  isFeedOptionsError,
} from './feed-options.ts';
export { createFeedProcessor } from './feed-processor.ts';
export {
  type FeedAdmin,
  type FeedAdminOptions,
  type RewindRequest,
  type RewindTarget,
  createFeedAdmin,
} from './feed-admin.ts';
export { FeedError, type FeedErrorCode, isFeedError } from './feed-error.ts';
export type { FeedStatus, RangeLag, RangeStatus } from './feed-status.ts';
