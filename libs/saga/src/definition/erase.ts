import type { EventCatalogue } from '@daybook/contracts';
import type {
  ActionDefinition,
  Answer,
  CommandStep,
  Reason,
  Reply,
  SagaCommand,
  SagaContext,
  Stake,
} from './definition.ts';
import { SagaDefinitionError } from './errors.ts';
import type { ActionOptions, ClosingOptions, RetriableOptions, StepOptions } from './options.ts';
import { readAnswer } from './read-answer.ts';
import type { RetryPolicy } from './retry.ts';

/** The one item of a step that asks for one thing only. */
export const soleItem = '-';

/** Commands under way at once in one step, and in one event. */
export const waveMax = 50;

/** More items than this a step cannot ask for: as many lines as an order may have. */
export const itemsMax = 1_000;

/** The options of an action without their types: inside, a saga's context and items are just data. */
interface LooseAction {
  readonly command: (context: never, item: never) => SagaCommand;
  readonly succeeded: readonly string[];
  readonly refused?: LooseReasons | undefined;
  readonly unknown?: LooseReasons | undefined;
  readonly progress?: readonly string[] | undefined;
  readonly retry: RetryPolicy;
  readonly skippable?: string | undefined;
}
type LooseReasons = { readonly [type: string]: ((data: never) => Reason) | undefined };

interface LooseEach {
  readonly of: (context: never) => readonly unknown[];
  readonly id: (item: never) => string;
  readonly inFlightMax?: number | undefined;
}

export function stepFrom<Context, Item, C extends EventCatalogue>(
  saga: string,
  name: string,
  kind: 'compensable' | 'retriable',
  options: StepOptions<Context, Item, C> | RetriableOptions<Context, Item, C>,
): CommandStep {
  const { answers } = options;
  const each: LooseEach | undefined = options.each;
  const way = 'compensate' in options ? options.compensate : undefined;
  const probe = 'onUnknown' in options ? options.onUnknown : undefined;
  const reason = 'nothingToUndo' in options ? options.nothingToUndo : undefined;
  return {
    name,
    kind,
    fanOut: each !== undefined,
    inFlightMax: each?.inFlightMax ?? waveMax,
    itemsOf: itemsOf(saga, name, options),
    action: actionFrom(options, answers, each),
    ...(way === undefined ? {} : { compensation: actionFrom(way, answers, each) }),
    ...(reason === undefined ? {} : { nothingToUndo: reason }),
    ...(probe === undefined ? {} : { probe }),
    stakeOf: stakeOf(options.stake, each),
    alongside: options.alongside ?? false,
    appliesTo: () => true,
  };
}

export function closingFrom<Context, C extends EventCatalogue>(
  name: string,
  options: ClosingOptions<Context, C>,
): CommandStep {
  return {
    name,
    kind: 'closing',
    fanOut: false,
    inFlightMax: waveMax,
    itemsOf: () => [soleItem],
    action: actionFrom(options, options.answers, undefined),
    stakeOf: () => ({}),
    alongside: false,
    appliesTo: options.when ?? (() => true),
  };
}

function itemsOf<Context, Item, C extends EventCatalogue>(
  saga: string,
  name: string,
  options: ActionOptions<Context, Item, C>,
): (context: SagaContext) => readonly string[] {
  return (loose) => {
    const context = loose as Context;
    if (options.when?.(context) === false) return [];
    if (options.each === undefined) return [soleItem];
    const { id } = options.each;
    const ids = options.each.of(context).map((item) => id(item));
    if (ids.length > itemsMax) {
      throw new SagaDefinitionError(saga, name, `each: gives ${ids.length} items; at most ${itemsMax} are possible`);
    }
    if (new Set(ids).size < ids.length || ids.some((each) => each === '' || each.includes('/'))) {
      throw new SagaDefinitionError(saga, name, 'each.id: must be unique, not empty and without a slash');
    }
    return ids;
  };
}

function stakeOf(
  stake: ((context: never, item: never) => Stake) | undefined,
  each: LooseEach | undefined,
): CommandStep['stakeOf'] {
  if (stake === undefined) return () => ({});
  return (context, id) => stake(context as never, itemOf(each, context, id) as never);
}

function itemOf(each: LooseEach | undefined, context: SagaContext, id: string): unknown {
  return each?.of(context as never).find((candidate) => each.id(candidate as never) === id);
}

function actionFrom(options: LooseAction, answers: EventCatalogue, each: LooseEach | undefined): ActionDefinition {
  const { refused = {}, unknown = {}, progress = [] } = options;
  return {
    retry: options.retry,
    meanings: {
      succeeded: options.succeeded,
      refused: Object.keys(refused),
      unknown: Object.keys(unknown),
      progress,
    },
    answerTypes: [...options.succeeded, ...Object.keys(refused), ...Object.keys(unknown), ...progress],
    ...(options.skippable === undefined ? {} : { skippable: options.skippable }),
    commandFor: (context, id) => options.command(context as never, itemOf(each, context, id) as never),
    replyTo: (answer): Reply => {
      if (options.succeeded.includes(answer.type)) return { outcome: 'succeeded' };
      if (progress.includes(answer.type)) return { outcome: 'progress' };
      return (
        reasoned('refused', refused, answers, answer) ??
        reasoned('unknown', unknown, answers, answer) ?? { outcome: 'foreign' }
      );
    },
  };
}

function reasoned(
  outcome: 'refused' | 'unknown',
  reasons: LooseReasons,
  answers: EventCatalogue,
  answer: Answer,
): Reply | undefined {
  const read = Object.hasOwn(reasons, answer.type) ? reasons[answer.type] : undefined;
  return read === undefined ? undefined : { outcome, ...read(readAnswer(answers, answer) as never) };
}
