import type { Store } from './store.ts';

/** Most indexes of one container: each makes its writes slower. A query beyond them is sorted in memory. */
const indexesMax = 16;

/** Indexes that queries with ORDER BY across partitions are given when they first come. */
export interface OrderIndexes {
  /** The name of the index on these terms of a container's items, made if there may be one more. `name` tells it from others. */
  ensure(container: number, order: { readonly name: string; readonly index: string }): string | undefined;
  /** Removes those of a container. */
  drop(container: number): void;
}

const prefixOf = (container: number): string => `order_${container}_`;

/** The indexes in the file, kept up by SQLite with every write. */
export const createOrderIndexes = (store: Store): OrderIndexes => {
  const known = new Map<number, Set<string>>();
  store.onRollback(() => known.clear());

  const namesOf = (container: number): Set<string> => {
    const rows = store.all(
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND name GLOB ?",
      `${prefixOf(container)}*`,
    );
    const names = known.get(container) ?? new Set(rows.map((row) => String(row['name'])));
    known.set(container, names);
    return names;
  };

  return {
    ensure: (container, order) => {
      const names = known.get(container) ?? namesOf(container);
      const name = `${prefixOf(container)}${order.name}`;
      if (names.has(name)) return name;
      if (names.size >= indexesMax) return undefined;
      store.run(`CREATE INDEX "${name}" ON items (${order.index}) WHERE container = ${container}`);
      names.add(name);
      return name;
    },
    drop: (container) => {
      namesOf(container).forEach((name) => store.run(`DROP INDEX "${name}"`));
      known.delete(container);
    },
  };
};
