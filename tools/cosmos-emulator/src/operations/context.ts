import type { EmulatorRequest } from '../protocol/message.ts';
import { badRequest } from '../protocol/refusal.ts';
import type { Catalog, ContainerRecord } from '../storage/catalog.ts';
import type { Items, Partition } from '../storage/items.ts';
import type { OrderIndexes } from '../storage/order-indexes.ts';
import type { Ranges } from '../storage/ranges.ts';
import type { Store } from '../storage/store.ts';
import { parseKey } from '../protocol/partition-key.ts';

/** What every operation works with. */
export interface Services {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly items: Items;
  readonly ranges: Ranges;
  readonly orderIndexes: OrderIndexes;
  /** Ranges that are being split, as `container number/range id`. */
  readonly splitting: Set<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The current second, as `_ts` has it. */
export const seconds = (services: Services): number => Math.floor(services.now() / 1000);

/** A request's body as JSON; 400 if it is none. The content type does not matter: PATCH is sent without one. */
export const parseBody = (request: EmulatorRequest): unknown => {
  try {
    return JSON.parse(request.body);
  } catch {
    throw badRequest('The request payload is invalid: it is not valid JSON.');
  }
};

export const partitionKeyHeader = 'x-ms-documentdb-partitionkey';

/** The partition that the request names; a point operation must name one. */
export const requestPartition = (
  services: Services,
  request: EmulatorRequest,
  container: ContainerRecord,
): Partition => {
  const header = request.headers[partitionKeyHeader];
  if (header === undefined) throw badRequest('PartitionKey value must be supplied for this operation.');
  return services.items.partition(container, parseKey(header, container.definition.partitionKey));
};

/** Headers by which the SDK keeps its session token. */
export const sessionHeaders = (
  services: Services,
  container: ContainerRecord,
  range: number,
): Readonly<Record<string, string>> => ({
  'x-ms-session-token': `${range}:-1#${services.catalog.lsn(container)}`,
  'x-ms-content-path': container.rid,
  'x-ms-alt-content-path': `dbs/${container.database.id}/colls/${container.id}`,
});
