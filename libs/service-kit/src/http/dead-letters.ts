import { type CloudEvent, operatorQueries, operatorRequests } from '@daybook/contracts';
import type {
  DeadLetterAction,
  DeadLetterOperations,
  DeadLetters,
  DeadLetterSelection,
  FailureGroup,
  ParkedMessage,
} from '@daybook/messaging';
import type { Runtime } from '@daybook/ports';
import { type Request, Router } from 'express';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { fieldsOfRequest } from '../telemetry/request-cause.ts';
import { actorOf, traceparentOf } from './headers.ts';
import { Problem } from './problem.ts';
import { validate } from './validate.ts';

/** A consumer whose messages may be parked; its handler is what they are replayed to. */
export interface ParkingConsumer {
  readonly name: string;
  readonly handle: (message: CloudEvent) => Promise<void>;
}

export interface DeadLetterRoutesOptions {
  readonly deadLetters: DeadLetters;
  /** Puts on record who replays and discards what, and why. */
  readonly operations: DeadLetterOperations;
  /** Of the service; may be empty. */
  readonly consumers: readonly ParkingConsumer[];
  readonly runtime: Runtime;
  readonly log: Log;
}

const cursor = z.tuple([z.string(), z.string().nullable()]);

/**
 * What could not be handled, for operators. `GET /v1/dead-letters?after=&limit=` lists it without its data, with `consumer` and `key` one key in its order;
 * `GET /v1/dead-letters/groups` counts it by kind of failure. `POST /v1/dead-letters/replay` hands a key's messages, or all that failed in one way, to
 * the service's own handler again, and `POST /v1/dead-letters/discard` removes them for good: `{key | fingerprint, reason, consumer?}`, to
 * discard also `messageId`. Both need `X-Actor` and are on record in the audit log. 409 `key-busy` while one of the two is at work on the same in this process.
 */
export function deadLetterRoutes(options: DeadLetterRoutesOptions): Router {
  const { deadLetters, operations, consumers, runtime, log } = options;
  const router = Router();
  const alone = oneAtATime();

  const named = (name: string): ParkingConsumer => {
    const found = consumers.find((each) => each.name === name);
    if (found !== undefined) return found;
    const names = consumers.map((each) => each.name).join(', ') || 'none here';
    throw new Problem(400, 'consumer-unknown', `consumer: must be one of this service's: ${names}.`);
  };
  /** The one that was named, or the only one that has parked what is meant. */
  const consumerOf = async (name: string | undefined, meant: DeadLetterSelection): Promise<ParkingConsumer> => {
    if (name !== undefined) return named(name);
    const having: ParkingConsumer[] = [];
    for (const each of consumers) if (await hasParked(deadLetters, each.name, meant)) having.push(each);
    const [only = consumers.length === 1 ? consumers[0] : undefined, other] = having;
    if (only !== undefined && other === undefined) return only;
    const where = having.length === 0 ? 'nothing of it is parked here' : `several have parked it`;
    const names = (having.length === 0 ? consumers : having).map((each) => each.name).join(', ');
    throw new Problem(400, 'consumer-unknown', `consumer: ${where}; name one of ${names || 'none here'}.`);
  };
  const actionOf = (request: Request, why: string): DeadLetterAction => ({
    actor: knownActor(request),
    reason: why,
    traceId: traceparentOf(request, runtime).split('-')[1] ?? '',
  });

  router.get('/v1/dead-letters', async (request, response) => {
    const { consumer: only, key, after, limit } = validate(operatorQueries.deadLetters, request.query, 'query');
    if (key !== undefined && only === undefined)
      throw new Problem(400, 'invalid-request', 'consumer: is needed with key.');
    const looked = only === undefined ? consumers : [named(only)];
    const [from, continuation] = after === undefined ? [looked[0]?.name, null] : parseCursor(after);
    const index = looked.findIndex((each) => each.name === from);
    const consumer = looked[index];
    if (consumer === undefined) {
      if (after !== undefined) throw badCursor();
      response.json({ items: [] });
      return;
    }
    const page = await deadLetters.list(consumer.name, {
      limit,
      ...(continuation === null ? {} : { continuation }),
      ...(key === undefined ? {} : { key }),
    });
    const following = page.continuation === undefined ? looked[index + 1] : consumer;
    response.json({
      items: page.messages.map((message) => shown(message, key !== undefined)),
      ...(following === undefined ? {} : { next: formatCursor(following.name, page.continuation ?? null) }),
    });
  });

  router.get('/v1/dead-letters/groups', async (_request, response) => {
    const found: FailureGroup[] = [];
    let complete = true;
    for (const { name } of consumers) {
      const of = await deadLetters.groups(name);
      found.push(...of.groups);
      complete &&= of.complete;
    }
    response.json({ items: found, complete });
  });

  router.post('/v1/dead-letters/replay', async (request, response) => {
    const { consumer: name, reason: why, ...selection } = validate(operatorRequests.replay, request.body);
    const action = actionOf(request, why);
    const { name: consumer, handle } = await consumerOf(name, selection);
    const report = await alone(consumer, selection, () => operations.replay(consumer, selection, action, handle));
    const stoppedAt = report.stoppedAt.map(({ error, ...where }) => ({ ...where, error: messageOf(error) }));
    log.warn(
      { ...fieldsOfRequest(request), ...action, consumer, ...selection, ...report, stoppedAt },
      'dead letters replayed',
    );
    response.json({ ...report, stoppedAt });
  });

  router.post('/v1/dead-letters/discard', async (request, response) => {
    const { consumer: name, reason: why, ...given } = validate(operatorRequests.discard, request.body);
    const selection = given as DeadLetterSelection;
    const action = actionOf(request, why);
    const { name: consumer } = await consumerOf(name, selection);
    const report = await alone(consumer, selection, () => operations.discard(consumer, selection, action));
    log.warn({ ...fieldsOfRequest(request), ...action, consumer, ...selection, ...report }, 'dead letters discarded');
    response.json(report);
  });
  return router;
}

type Alone = <T>(consumer: string, selection: DeadLetterSelection, work: () => Promise<T>) => Promise<T>;

/** Two at work on one key would give its messages twice. What is meant by fingerprint may be any key of its consumer. */
function oneAtATime(): Alone {
  const busy: { readonly consumer: string; readonly key: string | undefined }[] = [];
  return async (consumer, { key, fingerprint: kind }, work) => {
    const overlaps = busy.some(
      (other) => other.consumer === consumer && (other.key === key || other.key === undefined || key === undefined),
    );
    if (overlaps) {
      throw new Problem(409, 'key-busy', `${key ?? kind} is being replayed or discarded already.`);
    }
    const mine = { consumer, key };
    busy.push(mine);
    try {
      return await work();
    } finally {
      busy.splice(busy.indexOf(mine), 1);
    }
  };
}

async function hasParked(deadLetters: DeadLetters, consumer: string, meant: DeadLetterSelection): Promise<boolean> {
  if (meant.key !== undefined)
    return (await deadLetters.list(consumer, { key: meant.key, limit: 1 })).messages.length > 0;
  return (await deadLetters.groups(consumer)).groups.some((group) => group.fingerprint === meant.fingerprint);
}

/** Ids and types only: what a message says may be about a person. */
function shown(parked: ParkedMessage, withStack: boolean): object {
  const { consumer, key, messageId, message, error, errorType, stack, attempts, fingerprint: kind, traceId } = parked;
  const { type, subject } = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>;
  return {
    ...{ consumer, key, messageId },
    ...(typeof type === 'string' ? { type } : {}),
    ...(typeof subject === 'string' ? { subject } : {}),
    ...{ error, errorType, attempts, fingerprint: kind, traceId, parkedAt: parked.parkedAt },
    ...(withStack ? { stack } : {}),
  };
}

function knownActor(request: Request): string {
  const actor = actorOf(request);
  if (actor === undefined) throw new Problem(400, 'actor-required', 'X-Actor: say who does this to the dead letters.');
  return actor;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function formatCursor(consumer: string, continuation: string | null): string {
  return Buffer.from(JSON.stringify([consumer, continuation])).toString('base64url');
}

function parseCursor(text: string): readonly [string, string | null] {
  try {
    return cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw badCursor();
  }
}

const badCursor = (): Problem =>
  new Problem(400, 'bad-cursor', 'after: is not a cursor of this list; use the `next` of the page before.');
