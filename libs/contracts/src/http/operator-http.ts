import { z } from 'zod';
import { reason } from '../values.ts';

const consumer = z.string().min(1).max(100);
const key = z.string().min(1).max(255);
const fingerprint = z.string().regex(/^[0-9a-f]{12}$/, 'must be 12 hex digits');
const streamId = z.string().min(1).max(255);
const range = z.string().min(1).max(200);
/** `consumer` may be left out where what is meant is parked by one only. */
const parked = { consumer: consumer.optional(), reason };

/** Queries of the endpoints for operators that every service has. */
export const operatorQueries = {
  correlation: z.strictObject({
    correlationId: z.string('must be given once').min(1).max(255),
    after: z.string().max(1_024).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  deadLetters: z.strictObject({
    consumer: consumer.optional(),
    key: key.optional(),
    after: z.string().max(16_384).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  outbox: z.strictObject({
    status: z.enum(['PENDING', 'PUBLISHED', 'FAILED']).default('FAILED'),
    streamId: streamId.optional(),
    limit: z.coerce.number().int().min(1).max(1_000).default(100),
  }),
} as const;

/** Bodies of the endpoints for operators that every service has. */
export const operatorRequests = {
  replay: z.union([z.strictObject({ ...parked, key }), z.strictObject({ ...parked, fingerprint })]),
  discard: z.union([
    z.strictObject({ ...parked, key, messageId: z.string().min(1).max(256).optional() }),
    z.strictObject({ ...parked, fingerprint }),
  ]),
  outboxRetry: z.strictObject({ streamId: streamId.optional(), reason }),
  rewind: z.union([
    z.strictObject({ to: z.literal('beginning'), range: range.optional(), reason }),
    z.strictObject({ time: z.iso.datetime(), range: range.optional(), reason }),
    z.strictObject({ position: z.string().min(1).max(16_384), range, reason }),
  ]),
  rebuild: z.strictObject({ reason, version: z.int().min(1).max(1_000_000).optional() }),
  switch: z.strictObject({ reason, force: z.boolean().optional() }),
  /** Of what needs nothing but a reason. */
  plain: z.strictObject({ reason }),
} as const;
