import { z } from 'zod';

/** UTC, ISO 8601. */
export const utc = z.iso.datetime();

/** Of a thing, from 1. */
export const version = z.int().min(1);

/** One page of a list: `next`, where there is more, is the `after` of the following page. */
export const pageOf = <S extends z.ZodType>(item: S) =>
  z.strictObject({ items: z.array(item), next: z.string().min(1).optional() });

/** An RFC 9457 problem. Further members belong to the code. */
export const problem = z.looseObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int().min(400).max(599),
  code: z.string().regex(/^[a-z][a-z0-9-]*$/),
  detail: z.string(),
  /** Of the request, as `X-Request-Id` says it too: to quote when asking for help. */
  requestId: z.string(),
  /** Of `invalid-request`: every bad field. */
  errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
});

/** An event as it is stored, without what only the database needs; `data` by its type and schema version. */
export const shownEvent = z.strictObject({
  streamId: z.string(),
  version,
  eventId: z.string(),
  type: z.string(),
  schemaVersion: version,
  recordedAt: utc,
  data: z.record(z.string(), z.unknown()),
  metadata: z.strictObject({
    commandKey: z.string(),
    correlationId: z.string(),
    causationId: z.string(),
    actor: z.string(),
    traceparent: z.string(),
  }),
  previousHash: z.string(),
  hash: z.string(),
});

/** Query of the events of one stream. */
export const eventsQuery = z.strictObject({
  /** The version that the last page ended with. */
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** Query of one thing as it was: `asOf` is a version, or a time with its zone. */
export const asOfQuery = z.object({ asOf: z.string().max(64).optional() });
