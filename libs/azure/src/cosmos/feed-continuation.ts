import { ContainerError, type FeedRange, feedRangeId } from '@daybook/ports';

/** What a continuation of the SDK says of one partition, or of a part of one. */
interface Position {
  readonly minInclusive: string;
  readonly maxExclusive: string;
  readonly continuationToken: string;
}

interface Token {
  readonly rid: string;
  readonly Continuation: readonly Position[];
}

/**
 * The SDK's continuation, narrowed to a range: it names the ranges that it was made for, so that a part would otherwise be read as the
 * whole. @throws ContainerError `bad-request` for what is no continuation, or none of a range that holds this one.
 */
export function narrowed(continuation: string, range: FeedRange, container: string): string {
  const { rid, Continuation: all } = parse(continuation, container);
  const within = all
    .filter((each) => each.minInclusive < range.maxExclusive && each.maxExclusive > range.minInclusive)
    .map((each) => ({
      ...each,
      minInclusive: each.minInclusive > range.minInclusive ? each.minInclusive : range.minInclusive,
      maxExclusive: each.maxExclusive < range.maxExclusive ? each.maxExclusive : range.maxExclusive,
    }))
    .sort((a, b) => (a.minInclusive < b.minInclusive ? -1 : 1));
  let reached = range.minInclusive;
  for (const each of within) {
    if (each.minInclusive !== reached) break;
    reached = each.maxExclusive;
  }
  if (reached !== range.maxExclusive) throw notOurs(continuation, container);
  return JSON.stringify({ rid, Continuation: within });
}

/** The ranges that a continuation goes on in. The SDK follows splits by itself: then it is more than one. */
export function rangesOf(continuation: string, container: string): readonly FeedRange[] {
  return parse(continuation, container)
    .Continuation.map(({ minInclusive, maxExclusive }) => ({
      id: feedRangeId(minInclusive, maxExclusive),
      minInclusive,
      maxExclusive,
    }))
    .sort((a, b) => (a.minInclusive < b.minInclusive ? -1 : 1));
}

/** True where every part of it has a place: a part without one would silently begin again at the beginning. */
export function isComplete(continuation: string | undefined, container: string): continuation is string {
  if (continuation === undefined) return false;
  return parse(continuation, container).Continuation.every(({ continuationToken }) => Boolean(continuationToken));
}

function parse(continuation: string, container: string): Token {
  try {
    const token = JSON.parse(continuation) as Partial<Token>;
    if (typeof token.rid === 'string' && Array.isArray(token.Continuation)) return token as Token;
  } catch {
    // Said below.
  }
  throw notOurs(continuation, container);
}

function notOurs(continuation: string, container: string): ContainerError {
  return new ContainerError('bad-request', container, `not a continuation of this range of the feed: ${continuation}`);
}
