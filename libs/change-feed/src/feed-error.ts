export type FeedErrorCode = 'feed-unknown' | 'range-unknown' | 'bad-position' | 'would-skip' | 'rewind-incomplete';

const feedErrorName = 'FeedError';

/**
 * Thrown by a feed admin:
 * - `feed-unknown`: nobody has ever started a feed of this name over these leases;
 * - `range-unknown`: the feed has no such range, or has it no more because it was split;
 * - `bad-position`: not a continuation of this range;
 * - `would-skip`: the range has not come so far as to where it is to be rewound;
 * - `rewind-incomplete`: some ranges were rewound and some not; doing it again does no harm.
 */
export class FeedError extends Error {
  readonly code: FeedErrorCode;
  readonly feed: string;

  constructor(code: FeedErrorCode, feed: string, message: string, options?: { readonly cause: unknown }) {
    super(`feed ${feed}: ${message}`, options);
    this.name = feedErrorName;
    this.code = code;
    this.feed = feed;
  }
}

export function isFeedError(error: unknown): error is FeedError {
  return error instanceof Error && error.name === feedErrorName;
}
