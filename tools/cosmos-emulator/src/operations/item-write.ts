import { charges } from '../protocol/charges.ts';
import type { Indexing } from '../protocol/indexing.ts';
import { indexedPaths, parseIndexing } from '../protocol/indexing.ts';
import { keyMismatch, keyOf, keyText } from '../protocol/partition-key.ts';
import type { JsonObject } from '../protocol/message.ts';
import { badRequest, notFound, preconditionFailed, unsupported } from '../protocol/refusal.ts';
import type { ItemRecord, Partition, WriteStamp } from '../storage/items.ts';
import { checkItem, withoutSystemProperties } from '../storage/items.ts';
import type { Services } from './context.ts';
import { patched } from './patch.ts';

/** What can be done to one item, alone or in a batch. */
export interface ItemOperation {
  readonly operation: string;
  /** The addressed item; a create or upsert has its id in `body`. */
  readonly id?: string | undefined;
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** What became of it. */
export interface ItemOutcome {
  readonly status: number;
  readonly charge: number;
  /** The item after the operation. */
  readonly item?: ItemRecord | undefined;
}

const bytes = (item: ItemRecord): number => Buffer.byteLength(item.body);

/** Policies are parsed once per definition; a changed container has another definition. */
const parsedPolicies = new WeakMap<object, Indexing>();
const indexed = ({ container: { definition } }: Partition, body: JsonObject): number => {
  const rules = parsedPolicies.get(definition) ?? parseIndexing(definition['indexingPolicy']);
  parsedPolicies.set(definition, rules);
  return indexedPaths(rules, withoutSystemProperties(body));
};

const checkMatch = (item: ItemRecord, ifMatch: string | undefined): void => {
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== item.etag) throw preconditionFailed();
};

const checkBody = (partition: Partition, value: unknown): JsonObject & { readonly id: string } => {
  const item = checkItem(value);
  if (keyText(keyOf(item, partition.container.definition.partitionKey)) !== partition.pk) throw keyMismatch();
  return item;
};

const need = (services: Services, partition: Partition, id: string | undefined): ItemRecord => {
  if (id === undefined) throw badRequest('The operation needs the id of an item.');
  const item = services.items.find(partition, id);
  if (item === undefined) throw notFound(`item ${JSON.stringify(id)} in partition ${partition.pk}`);
  return item;
};

const read = (services: Services, partition: Partition, operation: ItemOperation): ItemOutcome => {
  const item = need(services, partition, operation.id);
  if (operation.ifNoneMatch === item.etag || operation.ifNoneMatch === '*') return { status: 304, charge: 1, item };
  return { status: 200, charge: charges.read(bytes(item)), item };
};

const create = (services: Services, partition: Partition, body: JsonObject, stamp: WriteStamp): ItemOutcome => {
  const item = services.items.insert(partition, body, stamp);
  return { status: 201, charge: charges.create(bytes(item), indexed(partition, body)), item };
};

const overwrite = (
  services: Services,
  partition: Partition,
  old: ItemRecord,
  body: JsonObject,
  operation: ItemOperation,
  stamp: WriteStamp,
): ItemOutcome => {
  checkMatch(old, operation.ifMatch);
  const item = services.items.update(partition, old, body, stamp);
  return { status: 200, charge: charges.replace(bytes(item), indexed(partition, body)), item };
};

/** Applies one operation within the running transaction; throws a refusal. `stamp` is asked for by writes alone. */
export const applyToItem = (
  services: Services,
  partition: Partition,
  operation: ItemOperation,
  stamp: () => WriteStamp,
): ItemOutcome => {
  switch (operation.operation) {
    case 'Read':
      return read(services, partition, operation);
    case 'Create':
      return create(services, partition, checkBody(partition, operation.body), stamp());
    case 'Upsert': {
      const body = checkBody(partition, operation.body);
      const old = services.items.find(partition, body.id);
      if (old !== undefined) return overwrite(services, partition, old, body, operation, stamp());
      if (operation.ifMatch !== undefined) throw preconditionFailed();
      return create(services, partition, body, stamp());
    }
    case 'Replace': {
      const body = checkBody(partition, operation.body);
      if (body.id !== operation.id) {
        throw badRequest(
          'The id in the body differs from the addressed item. Changing an id is not supported by this emulator: delete and create.',
        );
      }
      return overwrite(services, partition, need(services, partition, operation.id), body, operation, stamp());
    }
    case 'Delete': {
      const old = need(services, partition, operation.id);
      checkMatch(old, operation.ifMatch);
      // A delete takes a number too: everything that changes a container moves its log on.
      stamp();
      services.items.remove(partition, old);
      return { status: 204, charge: charges.remove(bytes(old)) };
    }
    case 'Patch': {
      const old = need(services, partition, operation.id);
      const item = JSON.parse(old.body) as JsonObject;
      checkMatch(old, operation.ifMatch);
      const next = checkBody(partition, patched(item, operation.body, partition.container.definition.partitionKey));
      return overwrite(services, partition, old, next, operation, stamp());
    }
    default:
      throw unsupported(
        `The item operation ${operation.operation}`,
        'Use Create, Read, Upsert, Replace, Patch or Delete.',
      );
  }
};
