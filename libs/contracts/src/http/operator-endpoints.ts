import { z } from 'zod';
import { pageOf, shownEvent, utc, version } from './answers.ts';
import { type Endpoint, endpointsOf, operators } from './endpoint.ts';
import { operatorQueries, operatorRequests } from './operator-http.ts';

const { get, post } = endpointsOf('Operations');

const count = z.int().min(0);
const text = z.string();
const items = <S extends z.ZodType>(item: S) => z.strictObject({ items: z.array(item) });

const parkedMessage = z.strictObject({
  ...{ consumer: text, key: text, messageId: text, type: text.optional(), subject: text.optional() },
  ...{ error: text, errorType: text, attempts: count, fingerprint: text, traceId: text, parkedAt: utc },
  /** Only where one key was asked for. */
  stack: text.optional(),
});
const failureGroup = z.strictObject({
  ...{ fingerprint: text, consumer: text, type: text, errorType: text, error: text },
  ...{ failed: count, behind: count, keys: z.array(text), traceId: text, firstParkedAt: utc, lastParkedAt: utc },
});
const replayed = z.strictObject({
  ...{ replayed: count, unblocked: z.boolean(), more: z.boolean() },
  stoppedAt: z.array(z.strictObject({ key: text, messageId: text, error: text })),
});
const discarded = z.strictObject({ discarded: z.array(text), unblocked: z.boolean(), more: z.boolean() });
const outboxEntry = z.strictObject({
  ...{ streamId: text, version, eventId: text, type: text, status: z.enum(['PENDING', 'PUBLISHED', 'FAILED']) },
  ...{ error: text.optional(), createdAt: utc, changedAt: utc },
});
const range = {
  ...{ id: text, minInclusive: text, maxExclusive: text, owner: text.optional(), renewedAt: utc.optional() },
  ...{ generation: count, continuation: text.optional() },
  rewound: z.strictObject({ id: text, at: utc, actor: text, reason: text, to: text }).optional(),
};
const feed = z.strictObject({
  ...{ name: text, lagSeconds: z.number().min(0), lagEvents: z.number().min(0) },
  ranges: z.array(z.strictObject({ ...range, lagSeconds: z.number().min(0), lagEvents: z.number().min(0) })),
  /** What this process says of its own work on it; for people. */
  here: z.looseObject({ running: z.boolean(), healthy: z.boolean() }).optional(),
});
/** How far builds are, and how their comparisons ended, is for people: more members may come. */
const build = z.looseObject({ build: version, version });
const registry = z.looseObject({ name: text, serving: version, servingSince: utc, builds: z.array(build) });
const readModel = z.looseObject({ name: text, serving: version, versions: z.array(version), builds: z.array(build) });
const parity = z.looseObject({ serving: version, candidate: version, checkedAt: utc, clean: z.boolean() });

const deadLetters = '/v1/dead-letters';
const readModels = '/v1/read-models/:name';
const parkedBy = { 'consumer-unknown': 400 };
const unknownModel = { 'unknown-read-model': 404, busy: 409, 'no-such-build': 409 };

/** Every service has these, for those who run it. */
export const commonEndpoints: readonly Endpoint[] = [
  get('/v1/events', 'Events by correlation id', operators, {
    ...{ recorded: 'read', query: operatorQueries.correlation, answers: { 200: pageOf(shownEvent) } },
    problems: { 'bad-cursor': 400 },
  }),
  get(deadLetters, 'What could not be handled', operators, {
    ...{ query: operatorQueries.deadLetters, answers: { 200: pageOf(parkedMessage) } },
    problems: { ...parkedBy, 'bad-cursor': 400 },
  }),
  get(`${deadLetters}/groups`, 'What could not be handled, by failure', operators, {
    answers: { 200: z.strictObject({ items: z.array(failureGroup), complete: z.boolean() }) },
  }),
  post(`${deadLetters}/replay`, 'Handle it again', operators, {
    ...{ recorded: 'action', body: operatorRequests.replay, answers: { 200: replayed } },
    problems: { ...parkedBy, 'key-busy': 409 },
  }),
  post(`${deadLetters}/discard`, 'Remove it for good', operators, {
    ...{ recorded: 'action', body: operatorRequests.discard, answers: { 200: discarded } },
    problems: { ...parkedBy, 'key-busy': 409 },
  }),
  get('/v1/outbox', 'What is published by outbox, by status', operators, {
    ...{ query: operatorQueries.outbox, answers: { 200: items(outboxEntry) }, problems: { 'no-outbox': 404 } },
  }),
  post('/v1/outbox/retry', 'Send again what could not be published', operators, {
    ...{ recorded: 'action', body: operatorRequests.outboxRetry, problems: { 'no-outbox': 404 } },
    answers: { 200: z.strictObject({ retried: count }) },
  }),
  get('/v1/feeds', 'Change feeds, their ranges and lag', operators, { answers: { 200: items(feed) } }),
  post('/v1/feeds/:name/rewind', 'Follow a feed again from an earlier point', operators, {
    ...{ recorded: 'action', body: operatorRequests.rewind },
    answers: { 200: z.strictObject({ name: text, ranges: z.array(z.strictObject(range)) }) },
    problems: {
      ...{ 'feed-unknown': 404, 'range-unknown': 404, 'bad-position': 400 },
      ...{ 'would-skip': 409, 'rewind-incomplete': 503 },
    },
  }),
  get('/v1/read-models', 'Read models, their builds and progress', operators, { answers: { 200: items(readModel) } }),
  post(`${readModels}/rebuild`, 'Begin another build beside the one that serves', operators, {
    ...{ recorded: 'action', body: operatorRequests.rebuild, answers: { 202: build } },
    problems: { ...unknownModel, 'version-unknown': 400, 'build-exists': 409 },
  }),
  post(`${readModels}/parity`, 'Compare the two builds', operators, {
    ...{ recorded: 'action', body: operatorRequests.plain, problems: unknownModel },
    answers: { 200: parity, 202: z.strictObject({ running: z.literal(true) }) },
  }),
  post(`${readModels}/switch`, 'Let the other build serve', operators, {
    ...{ recorded: 'action', body: operatorRequests.switch, answers: { 200: registry } },
    problems: {
      ...{ ...unknownModel, 'not-caught-up': 409, 'parity-missing': 409 },
      ...{ 'parity-failed': 409, 'parity-old': 409 },
    },
  }),
  post(`${readModels}/rollback`, 'Let the build serve that served before', operators, {
    ...{ recorded: 'action', body: operatorRequests.plain, answers: { 200: registry } },
    problems: { ...unknownModel, 'not-caught-up': 409 },
  }),
  post(`${readModels}/retire`, 'Delete a build that does not serve', operators, {
    ...{ recorded: 'action', body: operatorRequests.plain, answers: { 202: registry } },
    problems: { ...unknownModel, 'too-early': 409 },
  }),
];
