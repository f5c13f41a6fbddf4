import type { EventCatalogue } from '@daybook/contracts';
import type { z } from 'zod';
import type { ProbePolicy, Reason, SagaCommand, Stake } from './definition.ts';
import type { RetryPolicy } from './retry.ts';

type TypeIn<C extends EventCatalogue> = keyof C & string;

/** For each type of answer, how its data reads as a reason. */
export type Reasons<C extends EventCatalogue> = {
  readonly [T in TypeIn<C>]?: (data: z.infer<C[T]['schema']>) => Reason;
};

interface CommandOptions<Context, Item, C extends EventCatalogue> {
  /** Pure: what to send. It sees nothing but the saga's context and, in a fan-out, the item. */
  readonly command: (context: Context, item: Item) => SagaCommand;
  /** Types of events that mean: done. */
  readonly succeeded: readonly TypeIn<C>[];
  /** Types that mean: not done, and it will not be. */
  readonly refused?: Reasons<C>;
  /** Types that mean: received, the answer follows. Nothing is recorded for them. */
  readonly progress?: readonly TypeIn<C>[];
  readonly retry: RetryPolicy;
  /** Lets an operator declare it done by other means; says what has to be shown for that. Without it, it cannot be skipped. */
  readonly skippable?: string;
}

export interface ActionOptions<Context, Item, C extends EventCatalogue> extends CommandOptions<Context, Item, C> {
  /** The catalogue of the participant's events: gives the types of answers their names and data. */
  readonly answers: C;
  /**
   * Asks for each of several things at once, in waves of `inFlightMax` (1 to 50, default 50). `id` is unique among them and has no slash.
   * At most 1,000.
   */
  readonly each?: {
    readonly of: (context: Context) => readonly Item[];
    readonly id: (item: Item) => string;
    readonly inFlightMax?: number;
  };
  /** The money or stock that is at stake with it: operators see the sums, and steps with money may need a second person. */
  readonly stake?: (context: Context, item: Item) => Stake;
  /** The step is skipped where this is false. */
  readonly when?: (context: Context) => boolean;
}

/** A step before the pivot. */
export interface StepOptions<Context, Item, C extends EventCatalogue> extends ActionOptions<Context, Item, C> {
  /** Types that mean: the participant does not know. The saga turns round, and this step is undone too. */
  readonly unknown?: Reasons<C>;
  /** First the participant is asked again, under the same key, until its horizon is over: it may find out. */
  readonly onUnknown?: ProbePolicy;
  /** The way back. It must also be right where the step was never done, and keep it from being done later. */
  readonly compensate?: CommandOptions<Context, Item, C>;
  /**
   * Instead of `compensate`: why nothing needs undoing. Then the step may not end in doubt: it is asked for until it is answered,
   * parked when its attempts are spent, and only a refusal or a cancellation turns the saga round.
   */
  readonly nothingToUndo?: string;
  /** Runs beside the step before it instead of after it. */
  readonly alongside?: boolean;
}

/** A step after the pivot: it may be late, it may not fail. */
export interface RetriableOptions<Context, Item, C extends EventCatalogue> extends ActionOptions<Context, Item, C> {
  readonly alongside?: boolean;
}

/** The last act of a saga that turned round, once everything is undone. */
export interface ClosingOptions<Context, C extends EventCatalogue> {
  readonly answers: C;
  readonly command: (context: Context & { readonly cause: Reason }) => SagaCommand;
  readonly succeeded: readonly TypeIn<C>[];
  readonly retry: RetryPolicy;
  /** Whether it is due; a cancellation, for one, has told the customer already. */
  readonly when?: (cause: { readonly kind: string; readonly reason: string }) => boolean;
}
