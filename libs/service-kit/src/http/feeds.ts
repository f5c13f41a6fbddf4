import { type FeedAdmin, type FeedHealth, isFeedError, type RewindTarget } from '@daybook/change-feed';
import { operatorRequests } from '@daybook/contracts';
import type { AuditLog } from '@daybook/eventstore';
import type { Runtime } from '@daybook/ports';
import { type Request, Router } from 'express';
import type { z } from 'zod';
import type { Log } from '../log.ts';
import { fieldsOfRequest } from '../telemetry/request-cause.ts';
import { actorOf, traceparentOf } from './headers.ts';
import { Problem } from './problem.ts';
import { validate } from './validate.ts';

export interface FeedRoutesOptions {
  readonly admin: FeedAdmin;
  /** What the feeds that this process works on say of themselves, by name. */
  readonly health: () => Readonly<Record<string, FeedHealth>>;
  readonly audit: AuditLog;
  readonly runtime: Runtime;
  readonly log: Log;
}

const statuses = {
  'feed-unknown': 404,
  'range-unknown': 404,
  'bad-position': 400,
  'would-skip': 409,
  'rewind-incomplete': 503,
};

/**
 * The feeds that follow this service's events, for operators. `GET /v1/feeds` lists them with owner, position and lag of each range, read
 * from the leases and the container, and with the health of those at work in this process. `POST /v1/feeds/{name}/rewind` begins again
 * somewhere before: `{to: "beginning", reason}`, `{time, reason}` or `{position, range, reason}`, for all ranges or one. It needs `X-Actor` and
 * is on record in the audit log. 409 `would-skip` where a range has not come so far; 503 `rewind-incomplete`: ask again.
 */
export function feedRoutes({ admin, health, audit, runtime, log }: FeedRoutesOptions): Router {
  const router = Router();

  router.get('/v1/feeds', async (_request, response) => {
    const here = health();
    const feeds = await admin.feedsWithLag();
    const items = feeds.map(({ name, ranges }) => ({
      name,
      lagSeconds: ranges.reduce((most, { lagSeconds }) => Math.max(most, lagSeconds), 0),
      lagEvents: ranges.reduce((sum, { lagEvents }) => sum + lagEvents, 0),
      ranges,
      ...(here[name] === undefined ? {} : { here: here[name] }),
    }));
    response.json({ items });
  });

  router.post('/v1/feeds/:name/rewind', async (request, response) => {
    const { name } = request.params;
    const body = validate(operatorRequests.rewind, request.body);
    const action = {
      actor: knownActor(request),
      reason: body.reason,
      traceId: traceparentOf(request, runtime).split('-')[1] ?? '',
    };
    const target = targetOf(body);
    const { reason: _reason, ...details } = body;
    const { id } = await audit.record({ ...action, action: 'feed-rewound', streamId: `feed-${name}`, details });
    try {
      const only = body.range === undefined ? {} : { rangeId: body.range };
      const ranges = await admin.rewind({
        feed: name,
        to: target,
        ...only,
        actor: action.actor,
        reason: action.reason,
      });
      log.warn({ ...fieldsOfRequest(request), ...action, feed: name, ...details, record: id }, 'feed rewound');
      response.json({ name, ranges });
    } catch (error) {
      log.warn(
        { ...fieldsOfRequest(request), ...action, feed: name, ...details, record: id, err: error },
        'feed not rewound',
      );
      if (!isFeedError(error)) throw error;
      throw new Problem(statuses[error.code], error.code, `${error.message}.`);
    }
  });
  return router;
}

function targetOf(body: z.infer<typeof operatorRequests.rewind>): RewindTarget {
  if ('time' in body) return { timeMs: Date.parse(body.time) };
  return 'position' in body ? { continuation: body.position } : body.to;
}

function knownActor(request: Request): string {
  const actor = actorOf(request);
  if (actor === undefined) throw new Problem(400, 'actor-required', 'X-Actor: say who rewinds the feed.');
  return actor;
}
