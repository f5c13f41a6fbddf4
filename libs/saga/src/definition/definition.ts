import type { CloudEvent, EventCatalogue, HubName } from '@daybook/contracts';
import type { RetryPolicy } from './retry.ts';

/** What is asked of a participant. */
export interface SagaCommand {
  readonly hub: HubName;
  /** Stream of the aggregate it is for: the message's key. */
  readonly target: string;
  readonly type: string;
  readonly data: { readonly [field: string]: unknown };
}

/** Why something was refused, as the saga's own language has it: a stable `reason` in kebab case, and what people should know. */
export interface Reason {
  readonly reason: string;
  readonly detail?: string;
  /** It may be granted later: ask again after a pause, as a new round. */
  readonly transient?: boolean;
}

/** What an answer means for the step that waits for it. `progress`: the participant is at it. */
export type Reply =
  { readonly outcome: 'succeeded' | 'progress' | 'foreign' } | ({ readonly outcome: 'refused' | 'unknown' } & Reason);

/** An event as it arrives, `OutcomeRepeated` already unwrapped. */
export interface Answer {
  readonly type: string;
  readonly schemaVersion?: number;
  readonly data: { readonly [field: string]: unknown };
}

export type SagaContext = { readonly [field: string]: unknown };

/** What would be lost, or stay where it does not belong, if one item of a step came to nothing. */
export interface Stake {
  /** `amount` in minor units. */
  readonly money?: { readonly amount: number; readonly currency: string };
  /** Pieces of stock. */
  readonly pieces?: number;
}

/** One thing to be asked for in one or many copies, and how to read the answer. */
export interface ActionDefinition {
  commandFor(context: SagaContext, item: string): SagaCommand;
  replyTo(answer: Answer): Reply;
  readonly answerTypes: readonly string[];
  /** The same types by what they mean. */
  readonly meanings: { readonly [M in Reply['outcome']]?: readonly string[] };
  readonly retry: RetryPolicy;
  /** An operator may declare it done: what has to be shown for that. Absent: it may not be skipped. */
  readonly skippable?: string;
}

interface StepBase {
  readonly name: string;
}

/** A step that sends commands. */
export interface CommandStep extends StepBase {
  readonly kind: 'compensable' | 'retriable' | 'closing';
  /** Ids of what to ask for, at most 1,000; `-` where there is only one; none when the step is skipped. */
  itemsOf(context: SagaContext): readonly string[];
  readonly fanOut: boolean;
  /** How many of its items are asked for at the same time. */
  readonly inFlightMax: number;
  readonly action: ActionDefinition;
  /** The way back; only of a compensable step. */
  readonly compensation?: ActionDefinition;
  /** Why there is nothing to undo. Such a step never leaves a doubt: it is asked for until it is answered. */
  readonly nothingToUndo?: string;
  /** What is at stake with one item: before the pivot from when it is asked for, after it until it is done. */
  stakeOf(context: SagaContext, item: string): Stake;
  /** Starts together with the step before it. */
  readonly alongside: boolean;
  /** Before a step whose outcome is unknown is undone, the participant is asked again. */
  readonly probe?: ProbePolicy;
  /** Closing step: whether it is taken. */
  appliesTo(cause: { readonly kind: string; readonly reason: string }): boolean;
}

/** The point of no return. `awaits`: the event that passes it; absent where the start itself is the pivot. */
export interface PivotStep extends StepBase {
  readonly kind: 'pivot';
  readonly awaits: string;
}

/** How a step is probed whose participant does not know how it ended: by the same intent, under the same idempotency key. */
export interface ProbePolicy {
  /** The longest pause between two questions; the shortest is half of it. */
  readonly everyMs: number;
  /** The participant's processing horizon, from the first time that it did not know: what is unknown then stays so. */
  readonly horizonMs: number;
}

/** How a saga of an older version goes on as one of this. */
export interface Migration {
  readonly from: number;
  /** Before it enters this step; the steps before it are the same in both versions. */
  readonly at: string;
  contextFrom(context: SagaContext): SagaContext;
}

export type SagaStep = CommandStep | PivotStep;

/** A saga as data and small pure functions, checked and ready to run. Made by {@link saga}. */
export interface SagaDefinition {
  /** `FulfilOrder`; the first part of its sagas' ids. */
  readonly type: string;
  readonly version: number;
  readonly start: {
    readonly event: string;
    contextOf(answer: Answer): SagaContext;
  };
  /** The business key in the data of the event that starts it, and of each signal. */
  keyOf(data: { readonly [field: string]: unknown }): string;
  /** The events that call it off. */
  readonly cancelledBy: readonly string[];
  /** In order; steps inside one stage run beside each other. */
  readonly stages: readonly (readonly SagaStep[])[];
  /** The last act of a saga that turned round. */
  readonly closing?: CommandStep;
  readonly pivotAtStart: boolean;
  /** From its start to its pivot. */
  readonly deadlineMs?: number;
  /** Older versions that go over to this one. */
  readonly migrations: readonly Migration[];
  /** The newer version that sagas of this one go over to; known once all versions are, in the registry. */
  readonly next?: SagaDefinition;
}

/** Catalogue of the events that answer a step; gives the names and the data their types. */
export type AnswerCatalogue = EventCatalogue;

/** What the consumer of hub `saga-inputs` hands over. */
export type SagaMessage = CloudEvent;
