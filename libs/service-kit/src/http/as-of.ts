import type { AggregateStore, AsOf, DomainEvent } from '@daybook/eventstore';
import type { Request } from 'express';
import { z } from 'zod';
import { type EventReading, recordRead } from './audited.ts';
import { Problem } from './problem.ts';
import { validate } from './validate.ts';

const version = /^[1-9]\d{0,8}$/;
const instant = z.iso.datetime({ offset: true });

/** The texts that `?asOf=` takes: a version (`3`), or a time with its zone (`2010-12-01T08:26:00Z`, `…+01:00` written `%2B01:00`). */
const asOfText = z
  .string('must be given once')
  .refine(
    (text) => version.test(text) || instant.safeParse(text).success,
    'must be a version (1, 2, …) or a time with its zone (2010-12-01T08:26:00Z)',
  )
  .transform((text): AsOf =>
    version.test(text) ? { version: Number(text) } : { instant: new Date(text).toISOString() },
  );

const asOfQuery = z.object({ asOf: asOfText.optional() });

/**
 * The state that a GET asks for: today's, or with `?asOf=` the one after a version or at an instant, from the events. Before the first
 * event it is the initial state at version 0, as for a stream that does not exist. Reading the past is reading events: it is on record.
 *
 * @throws Problem 400 `invalid-request` for a point in time that is none, 404 `version-unknown` for a version that is not reached;
 *   AuditUnavailable
 */
export async function stateAsAsked<C, E extends DomainEvent, S>(
  aggregates: Pick<AggregateStore<C, E, S>, 'load' | 'asOf'>,
  reading: Pick<EventReading, 'audit' | 'runtime'>,
  request: Request,
  streamId: string,
): Promise<{ readonly state: S; readonly version: number }> {
  const { asOf } = validate(asOfQuery, request.query, 'query');
  if (asOf === undefined) return aggregates.load(streamId);
  const past = await aggregates.asOf(streamId, asOf);
  if ('version' in asOf && past.version > 0 && past.version < asOf.version) {
    const detail = `Version ${asOf.version} is not reached: the latest is ${past.version}.`;
    throw new Problem(404, 'version-unknown', detail, { members: { version: past.version } });
  }
  if (past.version > 0) {
    const read = { action: 'past-read', streamId, fromVersion: 1, toVersion: past.version } as const;
    await recordRead(reading, request, { ...read, details: { asOf } });
  }
  return past;
}
