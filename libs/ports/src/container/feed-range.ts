import type { FeedRange } from './container.ts';

/** Of a bound, so many hex digits are counted with: a range is cut in parts of at least 2^-30 of the key space. */
const digits = 8;
/** Hashed keys begin below `40`, so this is where a range up to `FF` really ends. */
const endOfKeys = 0x40000000;

/** The id of a range that the database has no name for. */
export function feedRangeId(minInclusive: string, maxExclusive: string): string {
  return `${minInclusive === '' ? '0' : minInclusive}-${maxExclusive}`;
}

/**
 * Cuts a range into `parts` of equal width by effective partition key, so that several may read a container of few partitions: they cover
 * it without gaps. The same range and number give the same parts and ids everywhere. A range too narrow for that stays whole.
 */
export function subdivideRange(range: FeedRange, parts: number): readonly FeedRange[] {
  const from = numberOf(range.minInclusive);
  const to = range.maxExclusive === 'FF' ? endOfKeys : numberOf(range.maxExclusive);
  if (parts <= 1 || to - from < parts) return [range];
  const cut = (index: number): string => {
    if (index === 0) return range.minInclusive;
    if (index === parts) return range.maxExclusive;
    const at = from + Math.floor(((to - from) / parts) * index);
    return at.toString(16).toUpperCase().padStart(digits, '0');
  };
  return Array.from({ length: parts }, (_, index) => rangeOf(cut(index), cut(index + 1)));
}

/** What of a range lies in each of these: the whole range, where it lies in one. */
export function partsWithin(range: FeedRange, ranges: readonly FeedRange[]): readonly FeedRange[] {
  const parts = ranges
    .filter((each) => each.minInclusive < range.maxExclusive && each.maxExclusive > range.minInclusive)
    .map((each) => {
      const min = each.minInclusive > range.minInclusive ? each.minInclusive : range.minInclusive;
      const max = each.maxExclusive < range.maxExclusive ? each.maxExclusive : range.maxExclusive;
      return min === each.minInclusive && max === each.maxExclusive ? each : rangeOf(min, max);
    });
  return parts.length > 1 ? parts : [range];
}

function rangeOf(minInclusive: string, maxExclusive: string): FeedRange {
  return { id: feedRangeId(minInclusive, maxExclusive), minInclusive, maxExclusive };
}

function numberOf(bound: string): number {
  return Number.parseInt(bound.slice(0, digits).padEnd(digits, '0'), 16);
}
