export {
  type FeedContext,
  type FeedErrorContext,
  type FeedHandler,
  type FeedHealth,
  type FeedLimits,
  type FeedLog,
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
