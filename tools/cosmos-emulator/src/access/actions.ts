const account = 'Microsoft.DocumentDB/databaseAccounts';
const containers = `${account}/sqlDatabases/containers`;

/** The data actions of Cosmos DB for NoSQL. There are no others, and no way to take one away again. */
export const actions = {
  readMetadata: `${account}/readMetadata`,
  createItem: `${containers}/items/create`,
  readItem: `${containers}/items/read`,
  replaceItem: `${containers}/items/replace`,
  upsertItem: `${containers}/items/upsert`,
  deleteItem: `${containers}/items/delete`,
  executeQuery: `${containers}/executeQuery`,
  readChangeFeed: `${containers}/readChangeFeed`,
  executeStoredProcedure: `${containers}/executeStoredProcedure`,
  manageConflicts: `${containers}/manageConflicts`,
} as const;

/** One data action. */
export type Action = (typeof actions)[keyof typeof actions];

const known: readonly Action[] = Object.values(actions);
const wildcards: readonly string[] = [`${containers}/*`, `${containers}/items/*`];

/**
 * The actions that an entry of `dataActions` grants, whatever its case; undefined when it is neither an action nor one of
 * the two wildcards. `containers/*` is taken to include the items, which is the wider reading: a role that must not
 * change items has to be tight by any reading.
 */
export const actionsOf = (entry: string): readonly Action[] | undefined => {
  const text = entry.toLowerCase();
  const exact = known.filter((action) => action.toLowerCase() === text);
  if (exact.length > 0) return exact;
  const wildcard = wildcards.find((each) => each.toLowerCase() === text);
  return wildcard === undefined ? undefined : known.filter((action) => action.startsWith(wildcard.slice(0, -1)));
};
