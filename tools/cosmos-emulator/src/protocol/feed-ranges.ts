/** One feed range: `minInclusive` ≤ effective partition key < `maxExclusive`. */
export interface FeedRange {
  readonly id: number;
  readonly minInclusive: string;
  readonly maxExclusive: string;
}

/** Hashed keys begin below 0x40, so this is where the even cuts are made. */
const hashSpace = 0x4000;

/** Tiles ""…"FF" in `count` ranges of equal share. */
export const tile = (count: number): readonly FeedRange[] => {
  const cut = (index: number): string =>
    Math.floor((index * hashSpace) / count)
      .toString(16)
      .toUpperCase()
      .padStart(4, '0');
  return Array.from({ length: count }, (_unused, id) => ({
    id,
    minInclusive: id === 0 ? '' : cut(id),
    maxExclusive: id === count - 1 ? 'FF' : cut(id + 1),
  }));
};

/** The id of the range that an effective partition key lies in. */
export const rangeOf = (ranges: readonly FeedRange[], effectiveKey: string): number =>
  ranges.findLast((range) => range.minInclusive <= effectiveKey)?.id ?? 0;
