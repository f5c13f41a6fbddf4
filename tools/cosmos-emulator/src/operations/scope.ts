import type { EmulatorRequest } from '../protocol/message.ts';
import { keyText, parseKey } from '../protocol/partition-key.ts';
import { badRequest, Refusal } from '../protocol/refusal.ts';
import type { ContainerRecord } from '../storage/catalog.ts';
import type { Condition } from '../storage/condition.ts';
import { alive } from '../storage/expiry.ts';
import type { Services } from './context.ts';
import { partitionKeyHeader, seconds } from './context.ts';

/** The part of a container that a query or a feed reads. */
export interface Scope {
  readonly conditions: readonly Condition[];
  /** What leaves out expired items. Apart, because it changes from page to page. */
  readonly alive: readonly Condition[];
  /** Whether it is exactly one logical partition. */
  readonly singlePartition: boolean;
  /** The feed range, where the request names one or the partition key lies in one. */
  readonly range: number | undefined;
}

const epkBounds = (request: EmulatorRequest): readonly Condition[] => {
  const start = request.headers['x-ms-start-epk'];
  const end = request.headers['x-ms-end-epk'];
  return [
    ...(start === undefined ? [] : [{ sql: 'epk >= ?', values: [start] }]),
    ...(end === undefined ? [] : [{ sql: 'epk < ?', values: [end] }]),
  ];
};

/** Reads partition key, feed range and effective key bounds from a request's headers. */
export const requestScope = (services: Services, request: EmulatorRequest, container: ContainerRecord): Scope => {
  const unexpired = alive(container.definition, seconds(services));
  return { ...addressed(services, request, container), alive: unexpired === undefined ? [] : [unexpired] };
};

const addressed = (services: Services, request: EmulatorRequest, container: ContainerRecord): Omit<Scope, 'alive'> => {
  const within: Condition = { sql: 'container = ?', values: [container.number] };
  const header = request.headers[partitionKeyHeader];
  if (header !== undefined) {
    const definition = container.definition.partitionKey;
    const key = parseKey(header, definition, true);
    const { epk, range } = services.items.partition(container, key);
    return key.length === definition.paths.length
      ? { conditions: [within, { sql: 'pk = ?', values: [keyText(key)] }], singlePartition: true, range }
      : {
          conditions: [within, { sql: 'epk >= ? AND epk < ?', values: [epk, `${epk}FF`] }],
          singlePartition: false,
          range: undefined,
        };
  }
  const rangeId = request.headers['x-ms-documentdb-partitionkeyrangeid'];
  if (rangeId === undefined) {
    return { conditions: [within, ...epkBounds(request)], singlePartition: false, range: undefined };
  }
  if (!/^\d{1,4}$/.test(rangeId))
    throw badRequest(`The partition key range id ${JSON.stringify(rangeId)} is not valid.`);
  const range = Number(rangeId);
  if (range >= services.store.ranges.length)
    throw new Refusal(410, `The partition key range ${rangeId} is gone.`, 1002);
  return {
    conditions: [within, { sql: 'range = ?', values: [range] }, ...epkBounds(request)],
    singlePartition: false,
    range,
  };
};
