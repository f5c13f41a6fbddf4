import { operatorQueries } from '@daybook/contracts';
import type { CorrelationPosition } from '@daybook/eventstore';
import { Router } from 'express';
import { z } from 'zod';
import { type EventReading, recordRead, shownEvents } from './audited.ts';
import { Problem } from './problem.ts';
import { validate } from './validate.ts';

const position = z.tuple([z.iso.datetime(), z.string().min(1).max(255), z.int().min(1)]);

/** `GET /v1/events?correlationId=`: what one client request led to in this service, over all its streams, in the order of time; on record. */
export function correlationRoutes(reading: EventReading): Router {
  const router = Router();
  router.get('/v1/events', async (request, response) => {
    const { correlationId, after, limit } = validate(operatorQueries.correlation, request.query, 'query');
    const from = after === undefined ? {} : { after: parseCursor(after) };
    const { events, complete } = await reading.store.readCorrelation({ correlationId, limit, ...from });
    const last = events.at(-1);
    if (last !== undefined) {
      const streams = [...new Set(events.map(({ streamId }) => streamId))];
      const about = { action: 'correlation-read', streamId: `correlation-${correlationId}` } as const;
      await recordRead(reading, request, { ...about, details: { streams, events: events.length } });
    }
    response.json({
      items: await shownEvents(reading, request, events),
      ...(complete || last === undefined ? {} : { next: formatCursor(last) }),
    });
  });
  return router;
}

function formatCursor({ recordedAt, streamId, version }: CorrelationPosition): string {
  return Buffer.from(JSON.stringify([recordedAt, streamId, version])).toString('base64url');
}

function parseCursor(text: string): CorrelationPosition {
  try {
    const [recordedAt, streamId, version] = position.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { recordedAt, streamId, version };
  } catch {
    throw new Problem(400, 'bad-cursor', 'after: is not a cursor of this list; use the `next` of the page before.');
  }
}
