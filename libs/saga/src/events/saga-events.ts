import type { EventCatalogue, EventOf } from '@daybook/contracts';
import { z } from 'zod';

const name = z.string().min(1).max(64);
const phase = z.enum(['do', 'undo']);
const item = z.string().min(1).max(120);
const items = z.array(item).max(1_000);
const where = { step: name, phase };
const of = { ...where, item, round: z.int().min(0) };
/** The event that answered: for tracing; its data stays with its owner. */
const answer = { answerType: z.string(), answerId: z.string() };
/** Who acts, and why: in their own words. */
const acting = { actor: z.string().min(1).max(120), reason: z.string().min(1).max(500) };
const why = { reason: z.string().min(1).max(64), detail: z.string().max(1_000).optional() };

/** A command on its way: the relay makes one message of each. */
export const issuedCommand = z.strictObject({
  item,
  /** Another round is another intent: asked anew after a refusal. */
  round: z.int().min(0),
  /** 1 the first time; one more each time it is sent again. */
  attempt: z.int().min(1),
  /** Idempotency key: the same for each attempt of a round. */
  intentKey: z.string(),
  hub: z.string(),
  /** Stream of the aggregate it is for. */
  target: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type IssuedCommand = z.infer<typeof issuedCommand>;

/** Why a saga turned round. */
export const compensationCause = z.strictObject({
  /** `cancelled`: by an event, which says that those concerned know. `operator`: by a person, who told nobody else. */
  kind: z.enum(['refused', 'unknown', 'timed-out', 'cancelled', 'operator']),
  ...why,
  /** Where it happened; absent for a cancellation. */
  step: name.optional(),
  item: item.optional(),
});
export type CompensationCause = z.infer<typeof compensationCause>;

/** What an operator does to a saga; `items` are those of `step` and `phase` that it is done to. */
export const operatorAction = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('retry'), ...where, items: items.min(1) }),
  z.strictObject({ action: z.literal('skip'), ...where, items: items.min(1), evidence: z.string().min(1).max(1_000) }),
  z.strictObject({
    action: z.literal('resolve'),
    ...where,
    items: items.min(1),
    outcome: z.enum(['succeeded', 'failed']),
    evidence: z.string().min(1).max(1_000),
  }),
  z.strictObject({ action: z.literal('cancel') }),
  z.strictObject({ action: z.literal('force-compensate'), evidence: z.string().min(1).max(1_000) }),
]);
export type OperatorAction = z.infer<typeof operatorAction>;

/**
 * What happens to a saga; stream `saga-<sagaId>`. Commands and timers are events of that stream too: nothing is sent, and no clock is
 * set, that is not recorded first.
 */
export const sagaEvents = {
  /** It began, and is bound to this version of its definition for good. */
  SagaStarted: {
    version: 1,
    schema: z.strictObject({
      sagaId: z.string(),
      sagaType: z.string(),
      definitionVersion: z.int().min(1),
      /** What the steps need of the event that started it. */
      context: z.record(z.string(), z.unknown()),
      startedAt: z.string(),
      /** The client request that all of it goes back to, and its trace: timers, too, belong to it. */
      correlationId: z.string(),
      traceparent: z.string(),
    }),
  },
  /** A step is being worked on; `items` are all that it will ask for (none: there is nothing to do). */
  StepEntered: { version: 1, schema: z.strictObject({ ...where, items }) },
  /**
   * Commands to send: one wave of a fan-out, or one command. Issuing a command registers its compensation: whatever stands here in
   * phase `do` is undone if the saga turns round, unless it was refused.
   */
  CommandsIssued: {
    version: 1,
    schema: z.strictObject({
      ...where,
      /** Covers all of them: what is not answered when it fires is sent again. */
      timerId: z.string(),
      commands: z.array(issuedCommand).min(1).max(50),
    }),
  },
  TimerScheduled: {
    version: 1,
    schema: z.strictObject({
      timerId: z.string(),
      ...where,
      items: items.min(1).max(50),
      /**
       * `timeout`: no answer by then. `pause`: a refusal for the moment; ask again then, as a new round. `probe`: the outcome is unknown;
       * ask again then, under the same key. `deadline`: by then it has reached its pivot, or turns round; it is of no step.
       */
      purpose: z.enum(['timeout', 'pause', 'probe', 'deadline']),
      dueAt: z.string(),
    }),
  },
  TimerFired: { version: 1, schema: z.strictObject({ timerId: z.string() }) },
  /** Nothing that these timers cover is awaited any more. */
  TimersCancelled: { version: 1, schema: z.strictObject({ timerIds: z.array(z.string()).min(1) }) },
  StepSucceeded: { version: 1, schema: z.strictObject({ ...of, ...answer }) },
  /** `transient`: it is asked again after a pause, as a new round. */
  StepRefused: { version: 1, schema: z.strictObject({ ...of, ...answer, ...why, transient: z.boolean() }) },
  /** The participant itself does not know how it ended. */
  StepUnknown: {
    version: 1,
    schema: z.strictObject({
      ...of,
      ...answer,
      ...why,
      /** Until then the participant is asked again, for it may find out. Absent: it stays unknown. */
      probedUntil: z.string().optional(),
    }),
  },
  /** No answer to any of the attempts: it may or may not have been done. */
  StepTimedOut: { version: 1, schema: z.strictObject({ ...where, items: items.min(1) }) },
  /** From here on it is bound to a later version of its definition, whose steps up to `at` are the same. */
  SagaMigrated: {
    version: 1,
    schema: z.strictObject({
      from: z.int().min(1),
      to: z.int().min(2),
      at: name,
      context: z.record(z.string(), z.unknown()),
    }),
  },
  /** Something that the saga waits for, or will wait for, happened: `OrderShipped`. */
  SignalReceived: { version: 1, schema: z.strictObject({ type: z.string(), eventId: z.string() }) },
  /** From here on there is no way back, only forward. */
  PivotPassed: { version: 1, schema: z.strictObject({ step: name.optional() }) },
  /** A message that means nothing to the saga as it stands: late, repeated for another round, or not its own. */
  InputIgnored: {
    version: 1,
    schema: z.strictObject({
      reason: z.enum([
        'saga-finished',
        'past-the-pivot',
        'already-compensating',
        'not-awaited',
        'not-an-answer',
        'signal-repeated',
        'started-already',
        'timer-not-current',
      ]),
      /** Type of the event, or the timer. */
      input: z.string(),
    }),
  },
  CompensationStarted: { version: 1, schema: z.strictObject({ cause: compensationCause }) },
  /** It cannot go on by itself here. A late answer or an operator can take it on. */
  SagaParked: { version: 1, schema: z.strictObject({ ...where, items: items.min(1), ...why }) },
  /** Nothing is parked any more. */
  SagaUnparked: { version: 1, schema: z.strictObject({ reason: z.enum(['answered', 'compensating', 'operator']) }) },
  /** An operator intervened; `expectedVersion` is the version that they had seen. What follows from it stands in the events after it. */
  OperatorActed: {
    version: 1,
    schema: z.strictObject({
      ...acting,
      expectedVersion: z.int().min(1),
      action: operatorAction,
      /** Who had asked for it, where it needed two: `actor` is then who approved. */
      proposedBy: z.string().optional(),
      proposalId: z.string().optional(),
    }),
  },
  /** It moves money, and waits for the approval of somebody else. */
  OperatorProposed: {
    version: 1,
    schema: z.strictObject({
      ...acting,
      proposalId: z.string(),
      expectedVersion: z.int().min(1),
      action: operatorAction,
      /** Approved later than this it means nothing. */
      lapsesAt: z.string(),
    }),
  },
  /** Somebody, the proposer included, said no. */
  OperatorDeclined: { version: 1, schema: z.strictObject({ ...acting, proposalId: z.string() }) },
  SagaCompleted: { version: 1, schema: z.strictObject({}) },
  /** Everything that was or may have been done is confirmed to be undone. */
  SagaCompensated: { version: 1, schema: z.strictObject({ cause: compensationCause }) },
} as const satisfies EventCatalogue;

export type SagaEvent = EventOf<typeof sagaEvents>;
export type SagaPhase = z.infer<typeof phase>;
export type IgnoredReason = Extract<SagaEvent, { type: 'InputIgnored' }>['data']['reason'];
