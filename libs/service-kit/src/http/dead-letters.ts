import { type CloudEvent, reason } from '@daybook/contracts';
import type { DeadLetters, ParkedMessage } from '@daybook/messaging';
import { type Request, Router } from 'express';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { actorOf } from './headers.ts';
import { Problem } from './problem.ts';
import { validate } from './validate.ts';

/** A consumer whose messages may be parked; its handler is what they are replayed to. */
export interface ParkingConsumer {
  readonly name: string;
  readonly handle: (message: CloudEvent) => Promise<void>;
}

export interface DeadLetterRoutesOptions {
  readonly deadLetters: DeadLetters;
  /** Of the service; may be empty. */
  readonly consumers: readonly ParkingConsumer[];
  /** Told who replays and discards what, and why. */
  readonly log: Log;
}

const pageQuery = z.strictObject({
  after: z.string().max(16_384).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
/** `consumer` may be left out where the service has only one. */
const ofKey = { consumer: z.string().min(1).max(100).optional(), key: z.string().min(1).max(255) };
const replayBody = z.strictObject(ofKey);
const discardBody = z.strictObject({ ...ofKey, messageId: z.string().min(1).max(256).optional(), reason });
const cursor = z.tuple([z.string(), z.string().nullable()]);

/**
 * What could not be handled, for operators: `GET /v1/dead-letters?after=&limit=` lists it without its data, `POST
 * /v1/dead-letters/replay {key}` hands a key's messages to the service's own handler again, and `POST /v1/dead-letters/discard {key,
 * messageId?, reason}` removes them for good. Both need `X-Actor` and are logged. 409 `key-busy` while one of the two is at work on a
 * key in this process.
 */
export function deadLetterRoutes({ deadLetters, consumers, log }: DeadLetterRoutesOptions): Router {
  const router = Router();
  const busy = new Set<string>();

  const consumerOf = (name: string | undefined): ParkingConsumer => {
    const found =
      name === undefined && consumers.length === 1 ? consumers[0] : consumers.find((it) => it.name === name);
    if (found !== undefined) return found;
    const names = consumers.map((each) => each.name).join(', ') || 'none here';
    throw new Problem(400, 'consumer-unknown', `consumer: must be one of this service's: ${names}.`);
  };
  const alone = async <T>(consumer: string, key: string, work: () => Promise<T>): Promise<T> => {
    const id = `${consumer}:${key}`;
    if (busy.has(id)) throw new Problem(409, 'key-busy', `${key} is being replayed or discarded already.`);
    busy.add(id);
    try {
      return await work();
    } finally {
      busy.delete(id);
    }
  };

  router.get('/v1/dead-letters', async (request, response) => {
    const { after, limit } = validate(pageQuery, request.query, 'query');
    const [from, continuation] = after === undefined ? [consumers[0]?.name, null] : parseCursor(after);
    const index = consumers.findIndex((each) => each.name === from);
    const consumer = consumers[index];
    if (consumer === undefined) {
      if (after !== undefined) throw badCursor();
      response.json({ items: [] });
      return;
    }
    const page = await deadLetters.list(consumer.name, { limit, ...(continuation === null ? {} : { continuation }) });
    const following = page.continuation === undefined ? consumers[index + 1] : consumer;
    response.json({
      items: page.messages.map(shown),
      ...(following === undefined ? {} : { next: formatCursor(following.name, page.continuation ?? null) }),
    });
  });

  router.post('/v1/dead-letters/replay', async (request, response) => {
    const { consumer: name, key } = validate(replayBody, request.body);
    const actor = knownActor(request);
    const { name: consumer, handle } = consumerOf(name);
    const outcome = await alone(consumer, key, () => deadLetters.replay(consumer, key, handle));
    const { replayed, unblocked, stoppedAt } = outcome;
    log.warn({ actor, consumer, key, replayed, unblocked, stoppedAt: stoppedAt?.messageId }, 'dead letters replayed');
    const where = stoppedAt && { messageId: stoppedAt.messageId, error: messageOf(stoppedAt.error) };
    response.json({ replayed, unblocked, ...(where && { stoppedAt: where }) });
  });

  router.post('/v1/dead-letters/discard', async (request, response) => {
    const { consumer: name, key, messageId, reason: why } = validate(discardBody, request.body);
    const actor = knownActor(request);
    const { name: consumer } = consumerOf(name);
    const outcome = await alone(consumer, key, () => deadLetters.discard(consumer, key, messageId));
    log.warn({ actor, reason: why, consumer, key, ...outcome }, 'dead letters discarded');
    response.json(outcome);
  });
  return router;
}

/** Ids and types only: what a message says may be about a person. */
function shown({ consumer, key, messageId, message, error, attempts, parkedAt }: ParkedMessage): object {
  const { type, subject } = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>;
  return {
    ...{ consumer, key, messageId },
    ...(typeof type === 'string' ? { type } : {}),
    ...(typeof subject === 'string' ? { subject } : {}),
    ...{ error, attempts, parkedAt },
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
