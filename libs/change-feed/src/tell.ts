import type { Document } from '@daybook/ports';
import type { FeedErrorContext, FeedProcessorOptions } from './feed-options.ts';

/** Tells the caller of an error. What the caller's own functions throw meanwhile must not stop the feed. */
export function tellError<T extends Document>(
  feed: FeedProcessorOptions<T>,
  error: unknown,
  context: FeedErrorContext<T>,
): void {
  try {
    feed.metrics?.count('change_feed.errors', 1, { feed: feed.name, during: context.during });
    if (feed.onError !== undefined) return feed.onError(error, context);
    const { document: _document, ...fields } = context;
    const message = error instanceof Error ? error.message : String(error);
    feed.log?.('warn', `feed ${feed.name}: ${context.during} failed: ${message}`, fields);
  } catch {
    // A logger that fails has nowhere else to say so.
  }
}

export function tell<T extends Document>(
  feed: FeedProcessorOptions<T>,
  message: string,
  fields: Readonly<Record<string, unknown>>,
): void {
  try {
    feed.log?.('info', `feed ${feed.name}: ${message}`, fields);
  } catch {
    // As above.
  }
}
