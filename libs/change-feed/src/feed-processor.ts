import type { Document } from '@daybook/ports';
import type { FeedProcessor, FeedProcessorOptions } from './feed-options.ts';

/** Builds a processor; nothing happens before `start()`. @throws FeedOptionsError */
export declare function createFeedProcessor<T extends Document>(options: FeedProcessorOptions<T>): FeedProcessor;
