/** One feed range: `minInclusive` ≤ effective partition key < `maxExclusive`. */
export interface FeedRange {
  readonly id: number;
  readonly minInclusive: string;
  readonly maxExclusive: string;
  /** The ranges that it came from by splits, the oldest first. */
  readonly parents: readonly number[];
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
    parents: [],
  }));
};

/** The id of the range that an effective partition key lies in. `ranges` are in the order of their keys. */
export const rangeOf = (ranges: readonly FeedRange[], effectiveKey: string): number =>
  ranges.findLast((range) => range.minInclusive <= effectiveKey)?.id ?? 0;

/** Digits of a hash that cuts go by: more ranges than anybody makes. */
const cutDigits = 8;

const numberOf = (bound: string): number =>
  Number.parseInt((bound === 'FF' ? hashSpace.toString(16) : bound).slice(0, cutDigits).padEnd(cutDigits, '0'), 16);

/** A range's share of the hashes, to be compared. */
export const widthOf = ({ minInclusive, maxExclusive }: FeedRange): number =>
  numberOf(maxExclusive) - numberOf(minInclusive);

/** The cut in the middle of a range's share of the hashes; undefined when it is too narrow for one. */
export const middleOf = (range: FeedRange): string | undefined => {
  const middle = numberOf(range.minInclusive) + Math.floor(widthOf(range) / 2);
  const cut = middle
    .toString(16)
    .toUpperCase()
    .padStart(cutDigits, '0')
    .replace(/(?:00)+$/, '');
  return cut > range.minInclusive && cut < range.maxExclusive ? cut : undefined;
};
