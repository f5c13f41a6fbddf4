import { badRequest } from '../protocol/refusal.ts';
import type { ContainerDefinition } from './catalog.ts';
import type { Condition } from './condition.ts';

/** Largest time to live, in seconds. */
const ttlMax = 2_147_483_647;

/** Checks a `ttl` or `defaultTtl`: seconds, or -1 for ever. Null is no number of seconds either. */
export const checkTtl = (value: unknown, name: string): void => {
  if (value === undefined || value === -1) return;
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= ttlMax) return;
  throw badRequest(
    `The input ${name} '${JSON.stringify(value)}' is invalid. Ensure to provide a nonzero positive integer less than or ` +
      `equal to '${ttlMax}', or '-1' which means never expire.`,
  );
};

/** The `ttl` of an item where it has a usable one; else the container's. */
const timeToLive = `coalesce(CASE json_type(body, '$.ttl') WHEN 'integer' THEN json_extract(body, '$.ttl') END, ?)`;

/**
 * The items of a container that have not expired; undefined where none ever does. A `ttl` counts only in a container that has
 * a `defaultTtl`.
 */
export const alive = ({ defaultTtl }: ContainerDefinition, nowSeconds: number): Condition | undefined =>
  defaultTtl === undefined
    ? undefined
    : {
        sql: `(${timeToLive} = -1 OR ts + ${timeToLive} > ?)`,
        values: [defaultTtl, defaultTtl, nowSeconds],
      };
