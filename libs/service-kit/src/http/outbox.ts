import { operatorQueries, operatorRequests } from '@daybook/contracts';
import type { AuditLog } from '@daybook/eventstore';
import type { Outbox, OutboxEntry } from '@daybook/messaging';
import type { Runtime } from '@daybook/ports';
import { Router } from 'express';
import type { Log } from '../log.ts';
import { fieldsOfRequest } from '../telemetry/request-cause.ts';
import { actorOf, traceparentOf } from './headers.ts';
import { Problem } from './problem.ts';
import { validate } from './validate.ts';

export interface OutboxRoutesOptions {
  /** `undefined` where the service publishes in another way. */
  readonly outbox: () => Outbox | undefined;
  readonly audit: AuditLog;
  readonly runtime: Runtime;
  readonly log: Log;
}

/**
 * The outbox, for operators: `GET /v1/outbox?status=&streamId=&limit=` lists entries, those that have failed by default, and `POST
 * /v1/outbox/retry {streamId?, reason}` has failed ones sent again, of one stream or of all (at most 1,000). It needs `X-Actor` and is on
 * record in the audit log. 404 `no-outbox` where the service publishes in another way.
 */
export function outboxRoutes({ outbox, audit, runtime, log }: OutboxRoutesOptions): Router {
  const router = Router();
  const opened = (): Outbox => {
    const found = outbox();
    if (found !== undefined) return found;
    throw new Problem(404, 'no-outbox', 'This service does not publish by outbox (PUBLISH_MODE).');
  };

  router.get('/v1/outbox', async (request, response) => {
    const { status, limit, ...ofStream } = validate(operatorQueries.outbox, request.query, 'query');
    const only = ofStream.streamId === undefined ? {} : { streamId: ofStream.streamId };
    const entries = await opened().list(status, { limit, ...only });
    response.json({ items: entries.map(shown) });
  });

  router.post('/v1/outbox/retry', async (request, response) => {
    const { streamId: only, reason: why } = validate(operatorRequests.outboxRetry, request.body);
    const actor = actorOf(request);
    if (actor === undefined) throw new Problem(400, 'actor-required', 'X-Actor: say who has it sent again.');
    const found = opened();
    const traceId = traceparentOf(request, runtime).split('-')[1] ?? '';
    const details = only === undefined ? {} : { streamId: only };
    await audit.record({ action: 'outbox-retried', streamId: 'outbox', actor, reason: why, traceId, details });
    const retried = await found.retry(only);
    log.warn(
      { ...fieldsOfRequest(request), actor, reason: why, ...details, retried },
      'failed entries of the outbox are sent again',
    );
    response.json({ retried });
  });
  return router;
}

function shown({ streamId: of, version, eventId, type, status, error, createdAt, changedAt }: OutboxEntry): object {
  return {
    streamId: of,
    version,
    eventId,
    type,
    status,
    ...(error === undefined ? {} : { error }),
    createdAt,
    changedAt,
  };
}
