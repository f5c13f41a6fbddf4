import type { FeedRange } from '../protocol/feed-ranges.ts';
import { tile, widthOf } from '../protocol/feed-ranges.ts';
import type { Row, Store } from './store.ts';

/** The feed ranges of containers, by a container's number. */
export interface Ranges {
  /** In the order of their keys; they tile ""…"FF". */
  of(container: number): readonly FeedRange[];
  /** The range with the most items, the widest of equal ones. */
  fullest(container: number): FeedRange;
  /** Replaces a range by two, cut at `cut`. Their ids were never used before. To be called in a transaction. */
  split(container: number, parent: FeedRange, cut: string): readonly [FeedRange, FeedRange];
}

const toRange = (row: Row): FeedRange => ({
  id: Number(row['id']),
  minInclusive: String(row['min']),
  maxExclusive: String(row['max']),
  parents: JSON.parse(String(row['parents'])) as readonly number[],
});

/** A container has rows of its own only once one of its ranges was split; until then all have the same even ranges. */
export const createRanges = (store: Store): Ranges => {
  const even = tile(store.rangeCount);
  const cache = new Map<number, readonly FeedRange[]>();
  store.onRollback(() => cache.clear());

  const of = (container: number): readonly FeedRange[] => {
    const cached = cache.get(container);
    if (cached !== undefined) return cached;
    const rows = store.all('SELECT id, min, max, parents FROM feed_ranges WHERE container = ? ORDER BY min', container);
    const ranges = rows.length === 0 ? even : rows.map(toRange);
    cache.set(container, ranges);
    return ranges;
  };
  const insert = (container: number, { id, minInclusive, maxExclusive, parents }: FeedRange): void =>
    store.run(
      'INSERT INTO feed_ranges (container, id, min, max, parents) VALUES (?, ?, ?, ?, ?)',
      container,
      id,
      minInclusive,
      maxExclusive,
      JSON.stringify(parents),
    );

  return {
    of,
    fullest: (container) => {
      const rows = store.all('SELECT range, count(*) AS n FROM items WHERE container = ? GROUP BY range', container);
      const items = new Map(rows.map((row) => [Number(row['range']), Number(row['n'])]));
      const excess = (one: FeedRange, other: FeedRange): number =>
        (items.get(one.id) ?? 0) - (items.get(other.id) ?? 0) || widthOf(one) - widthOf(other);
      return of(container).reduce((most, range) => (excess(range, most) > 0 ? range : most));
    },
    split: (container, parent, cut) => {
      const before = of(container);
      if (before === even) even.forEach((range) => insert(container, range));
      // Children have greater ids than any before them, so the greatest that is left was the greatest ever given.
      const next = Math.max(...before.map(({ id }) => id)) + 1;
      const parents = [...parent.parents, parent.id];
      const left = { id: next, minInclusive: parent.minInclusive, maxExclusive: cut, parents };
      const right = { id: next + 1, minInclusive: cut, maxExclusive: parent.maxExclusive, parents };
      store.run('DELETE FROM feed_ranges WHERE container = ? AND id = ?', container, parent.id);
      insert(container, left);
      insert(container, right);
      store.run(
        'UPDATE items SET range = CASE WHEN epk < ? THEN ? ELSE ? END WHERE container = ? AND range = ?',
        cut,
        left.id,
        right.id,
        container,
        parent.id,
      );
      cache.delete(container);
      return [left, right];
    },
  };
};
