import { limits } from '../protocol/limits.ts';
import type { EmulatorRequest } from '../protocol/message.ts';
import { keyText, parseKey } from '../protocol/partition-key.ts';
import { badRequest, Refusal } from '../protocol/refusal.ts';
import type { ContainerRecord } from '../storage/catalog.ts';
import type { Condition } from '../storage/condition.ts';
import { allOf } from '../storage/condition.ts';
import { alive } from '../storage/expiry.ts';
import type { Services } from './context.ts';
import { partitionKeyHeader, seconds } from './context.ts';

/** The part of a container that a query or a feed reads. */
export interface Scope {
  readonly conditions: readonly Condition[];
  /** What leaves out expired items. Apart, because it changes from page to page. */
  readonly alive: readonly Condition[];
  /** What a continuation belongs to: it stays valid in the ranges that a split makes of one. */
  readonly identity: Condition;
  /** Whether it is exactly one logical partition. */
  readonly singlePartition: boolean;
  /** The feed range, where the request names one or the partition key lies in one. */
  readonly range: number | undefined;
}

/** Where bounds of effective partition keys come from; the SDK sends all three headers or none. */
const epkHeaders = ['x-ms-read-key-type', 'x-ms-start-epk', 'x-ms-end-epk'] as const;

/** A bound as the SDK sends it: '' is the lowest, 'FF' above all. */
const epkBound = (header: string, value: string): string => {
  const bound = value.toUpperCase();
  if (bound.length <= limits.epkCharacters && /^([0-9A-F]{2})*$/.test(bound)) return bound;
  throw badRequest(`${header} must be pairs of hexadecimal digits, not ${JSON.stringify(value.slice(0, 80))}.`);
};

/** The part of a range that a request restricts itself to: `x-ms-start-epk` ≤ effective key < `x-ms-end-epk`. */
const epkBounds = (request: EmulatorRequest): readonly Condition[] => {
  const [type, start, end] = epkHeaders.map((header) => request.headers[header]);
  if (type === undefined && start === undefined && end === undefined) return [];
  if (type?.toLowerCase() !== 'effectivepartitionkeyrange' || start === undefined || end === undefined) {
    throw badRequest(
      `A part of a range needs ${epkHeaders.join(', ')} together, the first being EffectivePartitionKeyRange.`,
    );
  }
  const [from, to] = [epkBound('x-ms-start-epk', start), epkBound('x-ms-end-epk', end)];
  if (from >= to) throw badRequest(`x-ms-start-epk (${from}) must be below x-ms-end-epk (${to}).`);
  return [{ sql: 'epk >= ? AND epk < ?', values: [from, to] }];
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
    const whole = key.length === definition.paths.length;
    const conditions: readonly Condition[] = [
      within,
      whole ? { sql: 'pk = ?', values: [keyText(key)] } : { sql: 'epk >= ? AND epk < ?', values: [epk, `${epk}FF`] },
    ];
    return { conditions, identity: allOf(conditions), singlePartition: whole, range: whole ? range : undefined };
  }
  const rangeId = request.headers['x-ms-documentdb-partitionkeyrangeid'];
  if (rangeId === undefined) {
    const conditions = [within, ...epkBounds(request)];
    return { conditions, identity: within, singlePartition: false, range: undefined };
  }
  if (!/^\d{1,4}$/.test(rangeId))
    throw badRequest(`The partition key range id ${JSON.stringify(rangeId)} is not valid.`);
  const range = Number(rangeId);
  if (!services.ranges.of(container.number).some(({ id }) => id === range)) {
    throw new Refusal(410, `The partition key range ${rangeId} is gone.`, 1002);
  }
  if (services.splitting.has(`${container.number}/${range}`)) {
    throw new Refusal(410, `The partition key range ${rangeId} is being split.`, 1007);
  }
  return {
    conditions: [within, { sql: 'range = ?', values: [range] }, ...epkBounds(request)],
    identity: within,
    singlePartition: false,
    range,
  };
};
