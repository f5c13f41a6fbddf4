import { z } from 'zod';
import { currency } from '../values.ts';
import { asOfQuery, eventsQuery, pageOf, shownEvent, utc, version } from './answers.ts';
import { type Endpoint, endpointsOf, operators, staff } from './endpoint.ts';
import { dryRunQuery, listSagasQuery, sagaActionNames, sagaActions, sagaStatus } from './fulfilment-http.ts';

const { get, post } = endpointsOf('Sagas');

const count = z.int().min(0);
const phase = z.enum(['do', 'undo']);
const listed = z.strictObject({
  sagaId: z.string(),
  type: z.string(),
  definitionVersion: version.optional(),
  status: sagaStatus,
  step: z.string(),
  startedAt: utc,
  updatedAt: utc,
  reason: z.string().optional(),
  version,
});
const stakes = {
  money: z.array(z.strictObject({ currency, amount: z.int() })),
  pieces: z.int(),
};
const possible = z.strictObject({
  action: z.enum(['retry', 'skip', 'resolve', 'cancel', 'force-compensate', 'approve']),
  step: z.string().optional(),
  phase: phase.optional(),
  items: count.optional(),
  proposalId: z.string().optional(),
  movesMoney: z.boolean(),
});
const proposal = z.strictObject({
  proposalId: z.string(),
  actor: z.string(),
  reason: z.string(),
  /** As it was asked for. */
  action: z.looseObject({ action: z.string() }),
  lapsesAt: utc,
});
const description = {
  sagaId: z.string(),
  type: z.string(),
  definitionVersion: version,
  status: sagaStatus,
  step: z.string(),
  startedAt: utc,
  pivotPassed: z.boolean(),
  awaited: z.array(
    z.strictObject({
      ...{ step: z.string(), phase, item: z.string(), round: count, attempt: count },
      status: z.enum(['waiting', 'pausing', 'probing', 'parked']),
    }),
  ),
  pending: count,
  timers: z.array(z.strictObject({ timerId: z.string(), step: z.string(), purpose: z.string(), dueAt: utc })),
  reason: z.string().optional(),
  detail: z.string().optional(),
  explanation: z.string(),
  proposals: z.array(proposal),
  remaining: z.array(z.string()).optional(),
  atStake: z.strictObject(stakes).optional(),
  actions: z.array(possible).optional(),
};
const saga = z.strictObject({ ...description, version });
/** What would happen, and nothing has. */
const dryRun = z.strictObject({
  dryRun: z.literal(true),
  needsApproval: z.boolean(),
  version,
  events: z.array(z.strictObject({ type: z.string(), data: z.record(z.string(), z.unknown()) })),
  commands: z.array(
    z.strictObject({
      ...{ hub: z.string(), target: z.string(), type: z.string(), item: z.string(), round: count, attempt: version },
      data: z.record(z.string(), z.unknown()),
    }),
  ),
  timers: z.array(
    z.strictObject({
      ...{ timerId: z.string(), step: z.string(), phase, items: z.array(z.string()) },
      ...{ purpose: z.enum(['timeout', 'pause', 'probe', 'deadline']), dueAt: utc },
    }),
  ),
  saga: z.strictObject(description),
});
const totals = z.strictObject({
  ...stakes,
  sagas: z.array(z.strictObject({ type: z.string(), status: sagaStatus, count })),
  unknownVersions: count,
  complete: z.boolean(),
});

const unknown = { 'saga-unknown': 404 };
const id = '/v1/sagas/:sagaId';
/** Why the state of a saga does not allow an action. */
const refusals = {
  ...{ 'saga-finished': 409, 'not-parked': 409, 'not-awaited': 409, 'not-in-doubt': 409, 'not-skippable': 409 },
  ...{ 'step-needed': 409, 'already-compensating': 409, 'past-the-pivot': 409, 'cannot-be-undone': 409 },
  ...{ 'too-many-proposals': 409, 'proposal-unknown': 409, 'proposal-lapsed': 409, 'second-person-needed': 409 },
};

/** What the fulfilment service has besides what every service has. */
export const fulfilmentEndpoints: readonly Endpoint[] = [
  get('/v1/sagas', 'Sagas, by type, status and step', staff, {
    ...{ query: listSagasQuery, answers: { 200: pageOf(listed) }, problems: { 'bad-cursor': 400 } },
  }),
  get('/v1/sagas/totals', 'Money and stock at stake', operators, { answers: { 200: totals } }),
  get(id, 'One saga, and why it waits', staff, {
    ...{ etag: true, recorded: 'read', query: asOfQuery, answers: { 200: saga } },
    problems: { ...unknown, 'version-unknown': 404 },
  }),
  get(`${id}/history`, 'What happened to a saga', operators, {
    ...{ recorded: 'read', query: eventsQuery, answers: { 200: pageOf(shownEvent) }, problems: unknown },
  }),
  ...sagaActionNames.map((action) =>
    post(`${id}/${action}`, `Operators: ${action}`, operators, {
      ...{ command: 'If-Match required', recorded: 'action', etag: true },
      ...{ query: dryRunQuery, body: sagaActions[action], answers: { 200: z.union([saga, dryRun]) } },
      problems: { ...unknown, ...refusals, 'operator-required': 403, 'saga-version-unknown': 503 },
    }),
  ),
];
